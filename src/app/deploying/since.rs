//! Since: what is different in a plan that was made again from the one that was looked at before.

use crate::deploy::plan::{Identity, Plan, Verdict};
use std::collections::BTreeMap;

/// What is different, in words: an object whose verdict, or what would change in it, is another one.
#[must_use]
pub fn differences(before: &Plan, now: &Plan) -> BTreeMap<Identity, String> {
    let mut found = BTreeMap::new();
    for item in &now.items {
        let Some(old) = before.items.iter().find(|old| old.identity == item.identity) else {
            found.insert(item.identity.clone(), format!("was not in the plan before: {}", item.verdict.word()));
            continue;
        };
        let changed: Vec<&str> = item
            .changes
            .iter()
            .filter(|change| !old.changes.contains(change))
            .chain(old.changes.iter().filter(|old| !item.changes.iter().any(|now| now.path == old.path)))
            .map(|change| change.path.as_str())
            .collect();
        let verdict =
            (item.verdict != old.verdict).then(|| format!("was {}, is {}", old.verdict.word(), item.verdict.word()));
        let fields = (!changed.is_empty()).then(|| {
            let shown: Vec<&str> = changed.iter().take(3).copied().collect();
            let more = changed.len().saturating_sub(3);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let object = shown.iter().all(|path| path.is_empty());
            if object { "its content is another one".to_owned() } else { format!("{}{more}", shown.join(", ")) }
        });
        let words: Vec<String> = verdict.into_iter().chain(fields).collect();
        if !words.is_empty() {
            found.insert(item.identity.clone(), words.join("; "));
        }
    }
    for old in before.items.iter().filter(|old| old.verdict != Verdict::Unchanged) {
        if !now.items.iter().any(|item| item.identity == old.identity) {
            found.insert(old.identity.clone(), "is not in the plan any more".to_owned());
        }
    }
    found
}
