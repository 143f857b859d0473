//! Parameter: whether a text is a value that a parameter takes, and what it fills a template with.

use super::config::{Definition, Takes};
use super::template::Filling;
use crate::config::problem::suggest;
use std::collections::BTreeMap;

/// Longest value, in bytes.
pub const LONGEST: usize = 32 * 1024;

/// Most replicas that a parameter may ask for.
pub const MOST_REPLICAS: i64 = 10_000;

/// Why a text is no value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What and why, without the parameter's name.
    pub what: String,
    /// What to try.
    pub hint: Option<String>,
}

fn wrong(what: impl Into<String>) -> Wrong {
    Wrong { what: what.into(), hint: None }
}

impl Wrong {
    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Definition {
    /// The default as it is written, and where.
    #[must_use]
    pub fn default(&self) -> Option<&super::config::At<String>> {
        match &self.takes {
            Takes::Text { default } | Takes::Int { default, .. } | Takes::Image { default, .. } => default.as_ref(),
            Takes::Secret | Takes::Commit { .. } => None,
        }
    }

    /// It has a value even when nobody gives one: a text without a default is empty.
    #[must_use]
    pub fn has_value(&self) -> bool {
        !self.required && (self.default().is_some() || matches!(self.takes, Takes::Text { .. }))
    }

    /// It belongs to the version, not to the channel.
    #[must_use]
    pub fn travels(&self) -> bool {
        matches!(self.takes, Takes::Image { .. } | Takes::Commit { .. })
    }

    /// It is the number of replicas.
    #[must_use]
    pub fn is_replicas(&self) -> bool {
        matches!(self.takes, Takes::Int { replicas: true, .. })
    }

    /// What it takes, in words.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self.takes {
            Takes::Text { .. } => "a text",
            Takes::Int { .. } => "a whole number",
            Takes::Image { .. } => "a tag or a digest",
            Takes::Secret => "a reference to a Secret, secret:NAME/KEY",
            Takes::Commit { .. } => "a commit, 7 to 40 hex digits",
        }
    }
}

/// A whole number as it may be written: within 64 bits, without zeros before it, sign or blanks.
///
/// # Errors
/// What is wrong with it, with what was given.
pub fn whole(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = digits == "0"
        || (digits.starts_with(|c: char| matches!(c, '1'..='9')) && digits.bytes().all(|b| b.is_ascii_digit()));
    if !canonical {
        return Err(if text.is_empty() {
            "an empty text is not a whole number".to_owned()
        } else {
            format!("\"{text}\" is not a whole number")
        });
    }
    text.parse().map_err(|_| format!("{text} does not fit into 64 bits"))
}

/// What a value fills a template with. `registries`: prefixes by name.
///
/// # Errors
/// Why the parameter does not take it.
pub fn fill(
    definition: &Definition,
    registries: &BTreeMap<String, String>,
    text: &str,
    origin: &str,
) -> Result<Filling, Wrong> {
    if text.len() > LONGEST {
        return Err(wrong(format!("the value has {} bytes; {LONGEST} are the most", text.len())));
    }
    if let Some(bad) = text.chars().find(|c| is_refused(*c)) {
        return Err(wrong(format!("the value holds the character U+{:04X}, which cannot be seen", u32::from(bad)))
            .hint("control and direction characters are not allowed in values"));
    }
    let filling = |text: String| Filling { text, fields: BTreeMap::new(), origin: origin.to_owned(), whole: true };
    match &definition.takes {
        Takes::Text { .. } => Ok(filling(text.to_owned())),
        Takes::Int { replicas, .. } => {
            let number = whole(text).map_err(wrong)?;
            if *replicas && !(0..=MOST_REPLICAS).contains(&number) {
                return Err(wrong(format!("{number} replicas are outside of 0 to {MOST_REPLICAS}")));
            }
            Ok(filling(number.to_string()))
        }
        Takes::Image { registry, repository, .. } => {
            let prefix = match registry {
                Some(name) => registries.get(&name.value).cloned().unwrap_or_default(),
                None => String::new(),
            };
            image(&prefix, repository.value.trim_start_matches('/'), text).map(|fields| Filling {
                text: fields["Reference"].clone(),
                fields: fields.into_iter().filter(|(name, _)| name != "Reference").collect(),
                origin: origin.to_owned(),
                whole: true,
            })
        }
        Takes::Secret => secret(text).map(|(name, key)| Filling {
            text: String::new(),
            fields: [("SecretName".to_owned(), name), ("SecretKey".to_owned(), key)].into(),
            origin: origin.to_owned(),
            whole: false,
        }),
        Takes::Commit { .. } => {
            let hex = (7..=40).contains(&text.len()) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            if hex {
                Ok(filling(text.to_owned()))
            } else {
                Err(wrong(format!("\"{text}\" is not a commit")).hint("7 to 40 of 0-9 and a-f"))
            }
        }
    }
}

/// Control characters other than tab and line feed, and characters that turn the direction of text.
fn is_refused(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text is a tag: up to 128 letters, digits, `_`, `.` and `-`, beginning with none of the last two.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(inner) && !text.starts_with(['.', '-'])
}

/// Whether a text is a digest.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// The parts of an image: `Reference`, `Registry`, `Repository`, `Tag`, `Digest`; the last two empty where not given.
fn image(prefix: &str, repository: &str, text: &str) -> Result<BTreeMap<String, String>, Wrong> {
    let (tag, digest) = match text.split_once('@') {
        Some((tag, digest)) => (tag, digest),
        None if text.starts_with("sha256:") => ("", text),
        None => (text, ""),
    };
    let whole = if prefix.is_empty() {
        repository.to_owned()
    } else {
        format!("{}/{repository}", prefix.trim_end_matches('/'))
    };
    if text.is_empty() {
        return Err(wrong("the value is empty; it is a tag or a digest"));
    }
    if tag.contains('/') || (tag.contains(':') && !tag.starts_with("sha256:")) {
        let mut told = wrong(format!(
            "it takes a tag or a digest, not the reference \"{text}\"; the repository ({whole}) comes from the service config"
        ));
        let (name, inner) = tag.rsplit_once(':').unwrap_or((tag, ""));
        if name.trim_start_matches("docker.io/").ends_with(repository) && is_tag(inner) {
            told = told.hint(format!("did you mean \"{inner}\"?"));
        }
        return Err(told);
    }
    if !digest.is_empty() && !is_digest(digest) {
        return Err(wrong(format!("\"{digest}\" is not a digest")).hint("sha256: and 64 of 0-9 and a-f"));
    }
    if text.contains('@') && digest.is_empty() {
        return Err(wrong(format!("\"{text}\" has no digest after the @")).hint("sha256: and 64 of 0-9 and a-f"));
    }
    let digest_alone = tag.is_empty() && !digest.is_empty() && !text.starts_with('@');
    if !digest_alone && !is_tag(tag) {
        return Err(wrong(format!("\"{tag}\" is not a tag"))
            .hint("1 to 128 of A-Z, a-z, 0-9, _, . and -, beginning with none of the last two"));
    }
    let reference = if digest.is_empty() { format!("{whole}:{tag}") } else { format!("{whole}@{digest}") };
    Ok([
        ("Reference", reference),
        ("Registry", prefix.to_owned()),
        ("Repository", whole),
        ("Tag", tag.to_owned()),
        ("Digest", digest.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into())
}

/// Name and key of a reference to a Secret.
fn secret(text: &str) -> Result<(String, String), Wrong> {
    let hint = "name a Kubernetes Secret and a key of it: secret:NAME/KEY";
    // What was given is not repeated: it may be the secret itself.
    let Some(reference) = text.strip_prefix("secret:") else {
        return Err(wrong("it takes a reference to a Secret, not the secret itself").hint(hint));
    };
    let name_fits = |name: &str| {
        let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
        (1..=253).contains(&name.len())
            && name.bytes().all(ok)
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    match reference.split_once('/') {
        Some((name, key))
            if name_fits(name)
                && (1..=253).contains(&key.len())
                && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) =>
        {
            Ok((name.to_owned(), key.to_owned()))
        }
        _ => Err(wrong("the reference to a Secret is not NAME/KEY").hint(hint)),
    }
}

/// Whether a repository is written as registries take it; else what is wrong.
///
/// # Errors
/// What is wrong, and what to write.
pub fn repository(text: &str) -> Result<(), Wrong> {
    let plain = text.trim_start_matches('/');
    if text.contains("://") {
        return Err(wrong(format!("the repository \"{text}\" has a scheme"))
            .hint("leave it out; the registry's prefix stands in the configuration"));
    }
    if plain.contains(':') || plain.contains('@') {
        return Err(
            wrong(format!("the repository \"{text}\" has a tag or a digest")).hint("give the tag as defaultTag")
        );
    }
    let part = |part: &str| {
        let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        part.bytes().all(|b| ok(b) || matches!(b, b'.' | b'_' | b'-'))
            && part.bytes().next().is_some_and(ok)
            && part.bytes().last().is_some_and(ok)
    };
    if plain.split('/').all(part) {
        Ok(())
    } else {
        Err(wrong(format!("\"{text}\" is not a repository")).hint("parts of a-z, 0-9, ., _ and -, with / between them"))
    }
}

/// Words for a name that no parameter has.
#[must_use]
pub fn unknown(service: &str, name: &str, known: &[&str]) -> Wrong {
    let mut hint = suggest(name, known.iter().copied()).filter(|hint| hint.starts_with("did you mean"));
    let has = if known.is_empty() { "it has none".to_owned() } else { format!("has: {}", known.join(", ")) };
    hint = Some(hint.map_or_else(|| has.clone(), |near| format!("{near} ({has})")));
    Wrong { what: format!("unknown parameter \"{name}\" for service {service}"), hint }
}
