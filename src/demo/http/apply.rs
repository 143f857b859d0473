//! Server-side apply.

use super::answer::Answer;
use super::call::Call;
use super::failure::Failure;
use super::target::Target;
use crate::demo::store::Store;

pub(crate) fn apply(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let _ = (store, target, call);
    Err(Failure::media_type(&["application/merge-patch+json"]))
}
