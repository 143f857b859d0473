//! `diff`: what a deploy would change. 0: nothing; 3: something; nothing is stored.

use super::{Options, Wish, plan, told};
use crate::commands::base::Base;
use crate::commands::fleet::block_on;
use crate::commands::outcome::{Failure, code, warn_all};
use std::io::Write;

/// The exit code for a difference, as scripts know it of `diff` and `kubectl diff`, but not 1, which means failed here.
pub const DIFFERENT: u8 = 3;

/// Prints what would change.
///
/// # Errors
/// Bad input, or a cluster that does not answer.
pub fn run(base: &Base, wish: &Wish, json: bool, out: &mut dyn Write) -> Result<u8, Failure> {
    let ready = base.ready()?;
    warn_all(&ready.warnings);
    if ready.access.read_only {
        let what = "--readonly: a difference is what the server says to a dry run, which is sent as a write";
        return Err(Failure::new(code::NOT_ALLOWED, format!("{what}; nothing was sent")));
    }
    let settled = wish.settle(base, &ready, wish.sites(&ready)?)?;
    block_on(async {
        let options = Options::only(wish.clone(), json);
        let mut ended = code::DONE;
        for site in &settled.sites {
            let planned = plan(&ready, &settled, site).await?;
            if json {
                told::json(&planned.plan, out)?;
            } else {
                told::plan(&planned.plan, out)?;
            }
            if let Some(failure) =
                super::in_the_way(&planned.plan, &Options { force_conflicts: true, ..options.clone() })
            {
                return Err(failure);
            }
            if !planned.plan.is_done() {
                ended = DIFFERENT;
            }
        }
        Ok(ended)
    })?
}

impl Options {
    /// Only to look.
    fn only(wish: Wish, json: bool) -> Self {
        Self { wish, yes: false, reason: None, wait: None, dry_run: true, force_conflicts: false, prune: false, json }
    }
}
