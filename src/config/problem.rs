//! Problem: something wrong in a file or a flag, with its place and what to try; and the search for the word that
//! was probably meant.

use std::fmt;
use std::ops::Range;

/// Where a problem lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In a file; line and column from 1, columns in characters.
    File {
        /// The file as the user knows it.
        path: String,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// In a flag or an environment variable, by its name.
    Flag(String),
    /// A whole file.
    Whole(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Flag(name) | Self::Whole(name) => f.write_str(name),
        }
    }
}

/// Something wrong with the input. Nothing is sent while there is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What and why, in one sentence without a full stop.
    pub what: String,
    /// What to try: the likely word, or an example.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// A text with its name, able to tell the line and column of a byte.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file as the user knows it.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// The place where a span begins.
    #[must_use]
    pub fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Place::File { path: self.path.to_owned(), line, column }
    }
}

/// The known word nearest to `word`, if one is near enough to have been meant.
#[must_use]
pub fn near<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = lower.chars().count();
    let distance = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let whole = strsim::damerau_levenshtein(&lower, &candidate);
        if whole <= 1 + candidate.chars().count().max(3) / 4 {
            return Some(whole);
        }
        // The beginning of a long name, with a slip or without: `gradul` for `gradual-rollout`.
        let head: String = candidate.chars().take(length + 1).collect();
        let slip = strsim::damerau_levenshtein(&lower, &head);
        (length >= 4 && slip <= 2 || length == 3 && candidate.starts_with(&lower)).then_some(10 + slip)
    };
    let candidates = known.into_iter().filter_map(|candidate| Some((distance(candidate)?, candidate)));
    candidates.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// `did you mean "x"?`, or the list of what there is when nothing is near and the list is short.
#[must_use]
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(meant) = near(word, known.iter().copied()) {
        return Some(format!("did you mean \"{meant}\"?"));
    }
    match known.len() {
        0 => None,
        1..=12 => Some(format!("known here: {}", known.join(", "))),
        n => Some(format!("known here: {}, … ({n} in all)", known[..10].join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested_and_a_far_one_is_not() {
        let known = ["preconditions", "protections", "parameters", "name"];
        for (word, meant) in [
            ("precondtions", Some("preconditions")),
            ("protection", Some("protections")),
            ("Name", Some("name")),
            ("param", Some("parameters")),
            ("pramet", Some("parameters")),
            ("zzz", None),
        ] {
            assert_eq!(near(word, known), meant, "{word}");
        }
    }

    #[test]
    fn columns_count_characters_and_lines_begin_at_one() {
        let source = Source { path: "a.toml", text: "x = 1\nä = 2 # ü\nb" };
        let at = source.text.find("= 2").unwrap();
        assert_eq!(source.place(&(at..at)).to_string(), "a.toml:2:3");
        assert_eq!(source.place(&(0..1)).to_string(), "a.toml:1:1");
    }
}
