//! Pages: a list that is read once, whole, page by page.

use super::client::Client;
use super::failure::Failure;
use super::place::Place;
use super::trouble::{self, Attempt};
use super::watch;
use super::wire::{Kind, Reader};
use crate::argo::feed::Trouble;
use crate::argo::replicaset::ReplicaSet;
use crate::names::Namespace;
use std::sync::Arc;

/// The ReplicaSets of a Rollout, read once.
///
/// # Errors
/// They cannot be read.
pub async fn replica_sets(
    client: &Client,
    namespace: &Namespace,
    selector: String,
) -> Result<Vec<Arc<ReplicaSet>>, Trouble> {
    let place = Place::<ReplicaSet>::new(Some(namespace.clone()), Some(selector));
    let doing = format!("list {}", place.words());
    all(client, &place)
        .await
        .map_err(|failure| trouble::of(&failure, Attempt::reading::<ReplicaSet>(client.context(), &doing)))
}

/// All objects of a place.
///
/// # Errors
/// Any [`Failure`].
pub async fn all<T: Kind>(client: &Client, place: &Place<T>) -> Result<Vec<Arc<T>>, Failure> {
    let mut whole = Vec::new();
    let mut after: Option<String> = None;
    let mut begun_again = false;
    let mut reader = Reader::default();
    loop {
        let bytes = match client.get(&place.page(after.as_deref())).await {
            // The list was too long under way: its version is forgotten. Once more from the beginning.
            Err(Failure::Status(status)) if status.code == 410 && after.is_some() && !begun_again => {
                begun_again = true;
                whole.clear();
                after = None;
                continue;
            }
            other => other?,
        };
        let page = watch::page::<T>(bytes, &mut reader).await?;
        whole.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(whole),
        }
    }
}
