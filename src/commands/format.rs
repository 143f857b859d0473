//! Format: one rollout, or many, for people and for scripts.

use super::outcome::Failure;
use crate::argo::picture::Picture;
use crate::argo::rollout::Rollout;
use crate::report::rollout::{self, Seen};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// `RolloutReport` as JSON.
    Json,
    /// The same as YAML.
    Yaml,
    /// The name alone, as kubectl takes it.
    Name,
    /// For people, with more columns.
    Wide,
}

/// `rollout.argoproj.io/web`: what kubectl takes.
#[must_use]
pub fn name(rollout: &Rollout) -> String {
    format!("rollout.argoproj.io/{}", rollout.meta.name)
}

/// The report.
#[must_use]
pub fn report(rollout: &Rollout, picture: &Picture, seen: &Seen<'_>) -> Value {
    rollout::report(rollout, picture, seen)
}

/// A list of reports.
#[must_use]
pub fn list(items: Vec<Value>) -> Value {
    json!({"apiVersion": "rolltop/v1", "kind": "RolloutReportList", "items": items})
}

/// JSON or YAML, with a line end.
///
/// # Errors
/// Never for what this program makes; kept so that nothing panics.
pub fn data(form: Form, value: &Value) -> Result<String, Failure> {
    let cannot = |why: String| Failure::failed(format!("cannot write the report: {why}"));
    match form {
        Form::Yaml => {
            let mut text = serde_saphyr::to_string(value).map_err(|error| cannot(error.to_string()))?;
            if !text.ends_with('\n') {
                text.push('\n');
            }
            Ok(text)
        }
        _ => serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|error| cannot(error.to_string())),
    }
}

/// One rollout in a form.
///
/// # Errors
/// See [`data`].
pub fn one(form: Form, rollout: &Rollout, picture: &Picture, seen: &Seen<'_>) -> Result<String, Failure> {
    match form {
        Form::Name => Ok(name(rollout) + "\n"),
        Form::Json | Form::Yaml => data(form, &report(rollout, picture, seen)),
        Form::Text | Form::Wide => Ok(super::text::text(rollout, picture, seen)),
    }
}

/// The version that is newest in play: the tag of the first canary, preview or only image.
#[must_use]
pub fn version(picture: &Picture) -> String {
    let fresh = picture
        .images
        .iter()
        .find(|image| image.tags.iter().any(|tag| matches!(tag.as_str(), "canary" | "preview" | "ping" | "pong")));
    let Some(image) = fresh.or_else(|| picture.images.first()) else { return "?".to_owned() };
    tag(&image.image).to_owned()
}

/// The tag of an image, or its digest cut short, or the whole when it has neither.
fn tag(image: &str) -> &str {
    if let Some((_, digest)) = image.split_once('@') {
        return digest.get(..digest.len().min(19)).unwrap_or(digest);
    }
    let last = image.rfind('/').map_or(0, |at| at + 1);
    image[last..].split_once(':').map_or(&image[last..], |(_, tag)| tag)
}

/// An age in the words of kubectl: `45s`, `12m`, `3h12m`, `5d`.
#[must_use]
pub fn age(since: Option<Timestamp>, now: Timestamp) -> String {
    let Some(since) = since else { return "?".to_owned() };
    let seconds = now.duration_since(since).as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => format!("{minutes}m{}s", seconds % 60),
        () if hours < 3 => format!("{minutes}m"),
        () if hours < 8 => format!("{hours}h{}m", minutes % 60),
        () if hours < 48 => format!("{hours}h"),
        () => format!("{days}d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_tag_or_the_digest() {
        for (image, version) in [
            ("argoproj/rollouts-demo:blue", "blue"),
            ("registry:5000/team/app", "app"),
            ("registry:5000/team/app:v1.2", "v1.2"),
            ("app@sha256:0123456789abcdef0123", "sha256:0123456789ab"),
            ("app:v1@sha256:01", "sha256:01"),
        ] {
            assert_eq!(tag(image), version);
        }
    }

    #[test]
    fn ages_read_like_those_of_kubectl() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        for (seconds, words) in [
            (0, "0s"),
            (119, "119s"),
            (125, "2m5s"),
            (600, "10m"),
            (3 * 3600 + 720, "3h12m"),
            (10 * 3600, "10h"),
            (172_800, "2d"),
        ] {
            assert_eq!(age(Some(Timestamp::from_second(1_000_000 - seconds).unwrap()), now), words);
        }
        assert_eq!(age(None, now), "?");
    }
}
