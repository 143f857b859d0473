//! The `next` line: what happens by itself, when, and what a key would change.

use super::Subject;
use super::standing::{self, Standing};
use crate::argo::{forecast, why};

/// For the page of a rollout.
#[must_use]
pub fn line(subject: &Subject<'_>) -> String {
    if let Some(age) = subject.stale_age() {
        let (key, context) = (subject.context.promote_key, subject.context);
        let place = if context.cluster == context.channel {
            context.channel.to_owned()
        } else {
            format!("{} in {}", context.cluster, context.channel)
        };
        return format!("{key} is off here: {place} was last heard of {age} ago");
    }
    if standing::of(subject) == Standing::Promoting {
        return "the controller has the promote and moves on by itself".to_owned();
    }
    let context = subject.context;
    let sentence = forecast::next_sentence(subject.rollout, subject.picture, context.cluster_now, context.promote_key);
    let sentence = without_name(subject, sentence);
    let times = why::times(subject.picture).into_iter().chain(standing::ends_at(subject));
    subject.note_countdowns(&sentence, times.chain(subject.rollout.spec.restart_at));
    sentence
}

/// The analysis or the experiment that is waited for needs no name: there is one, and the page shows which.
fn without_name(subject: &Subject<'_>, sentence: String) -> String {
    for kind in ["the analysis ", "the experiment "] {
        let rest = sentence.strip_prefix(kind).and_then(|rest| rest.split_once(' '));
        if let Some((_, rest)) = rest.filter(|(name, _)| subject.short(name) != *name) {
            return format!("{kind}{rest}");
        }
    }
    sentence
}

/// What a sentence advises, and the name of the action that does it.
const ADVICE: [(&str, &str); 3] = [("retry it", "retry"), ("undo it", "undo"), ("set another image", "set-image")];

/// The sentence with the key of everything that it advises, where there is one: `nothing happens by itself; t: retry it`.
#[must_use]
pub fn with_keys(sentence: &str, key_of: impl Fn(&str) -> Option<String>) -> String {
    let mut sentence = sentence.to_owned();
    for (words, action) in ADVICE {
        if let Some(key) = key_of(action).filter(|_| sentence.contains(words)) {
            sentence = sentence.replacen(words, &format!("{key}: {words}"), 1);
        }
    }
    sentence
}

/// For a list: with service and channel in front.
#[must_use]
pub fn line_in_list(subject: &Subject<'_>) -> String {
    let context = subject.context;
    match line(subject).as_str() {
        "" => String::new(),
        // It names the channel itself.
        off if context.stale.is_some() => off.to_owned(),
        sentence => {
            let (service, channel, key) = (context.service, context.channel, context.promote_key);
            // The key first: what it would do is asked of this line most.
            if let Some(does) = sentence.strip_prefix(key).and_then(|rest| rest.strip_prefix(": ")) {
                return format!("{key}: {service} in {channel} {does}");
            }
            let sign = if sentence.contains(" by itself: ") { "," } else { ":" };
            format!("{service} in {channel}{sign} {sentence}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_that_there_are_stand_in_the_sentence() {
        let sentence = "nothing happens by itself; retry it from the first step, undo it, or set another image";
        assert_eq!(with_keys(sentence, |_| None), sentence);
        let keys = |name: &str| (name != "set-image").then(|| name[..1].to_owned());
        assert_eq!(
            with_keys(sentence, keys),
            "nothing happens by itself; r: retry it from the first step, u: undo it, or set another image"
        );
        assert_eq!(with_keys("nothing happens by itself", keys), "nothing happens by itself");
    }
}
