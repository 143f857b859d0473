//! Reading: what the log tells again, newest first. A line that cannot be read is passed over and counted; the log may be
//! of another version of rolltop.

use super::file::numbered;
use crate::clean::clean;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::Path;

/// Longer lines are none of ours.
const LONGEST: usize = 4 * 1024 * 1024;
/// Rotated files that are looked for at most.
const FILES: usize = 1_000;

/// One write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// What joins its lines.
    pub id: String,
    /// The line before it was sent.
    pub before: Option<Value>,
    /// The line after it ended.
    pub after: Option<Value>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// Newest first.
    pub records: Vec<Record>,
    /// Lines that could not be read.
    pub unreadable: usize,
}

/// The newest writes of a log, at most so many.
///
/// # Errors
/// A file that is there and cannot be read. That there is none yet is no error.
pub fn newest(path: &Path, most: usize) -> std::io::Result<Records> {
    let mut found = Records::default();
    for number in 0..=FILES {
        let lines = match File::open(numbered(path, number)) {
            Ok(file) => lines(file)?,
            Err(why) if why.kind() == ErrorKind::NotFound && number > 0 => break,
            // Just rotated, and nothing was written since.
            Err(why) if why.kind() == ErrorKind::NotFound => continue,
            Err(why) => return Err(why),
        };
        for line in lines.iter().rev().filter(|line| !line.is_empty()) {
            let value = serde_json::from_slice::<Value>(line).ok().filter(|value| value["id"].is_string());
            match value {
                Some(value) => found.take(value),
                None => found.unreadable += 1,
            }
        }
        // One more than wanted: its other line may stand in the file before.
        if found.records.len() > most {
            break;
        }
    }
    found.records.truncate(most);
    Ok(found)
}

fn lines(file: File) -> std::io::Result<Vec<Vec<u8>>> {
    let mut lines = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        let mut line = line?;
        line.truncate(LONGEST);
        lines.push(line);
    }
    Ok(lines)
}

impl Records {
    /// All in words, for people.
    #[must_use]
    pub fn words(&self, log: &Path) -> Vec<String> {
        let mut lines = Vec::new();
        if self.records.is_empty() {
            lines.push("nothing was written yet: an attempt to write makes the first line".to_owned());
        }
        for record in &self.records {
            lines.extend(record.words());
        }
        if self.unreadable > 0 {
            lines.push(format!("{} lines could not be read", self.unreadable));
        }
        lines.push(format!("the log is {}", log.display()));
        // The file may have been changed by anything.
        lines.into_iter().map(|line| clean(&line).into_owned()).collect()
    }

    /// A line, when those after it were taken before.
    fn take(&mut self, line: Value) {
        let id = line["id"].as_str().unwrap_or_default().to_owned();
        let place = self.records.iter().rposition(|record| record.id == id);
        let at = place.unwrap_or_else(|| {
            self.records.push(Record { id, ..Record::default() });
            self.records.len() - 1
        });
        let record = &mut self.records[at];
        if line["phase"] == "before" { record.before = Some(line) } else { record.after = Some(line) }
    }
}

impl Record {
    /// The line that says more.
    #[must_use]
    pub fn line(&self) -> &Value {
        self.before.as_ref().or(self.after.as_ref()).unwrap_or(&Value::Null)
    }

    /// A text of it.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.line()[field].as_str().unwrap_or_default()
    }

    /// How it ended; where nothing says so, that.
    #[must_use]
    pub fn outcome(&self) -> &str {
        let told = self.after.as_ref().and_then(|after| after["outcome"].as_str());
        told.unwrap_or("no end recorded")
    }

    /// What was said about its end.
    #[must_use]
    pub fn message(&self) -> &str {
        self.after.as_ref().and_then(|after| after["message"].as_str()).unwrap_or_default()
    }

    /// In words: a line, and further ones with what stands behind it.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let took = self.after.as_ref().and_then(|after| after["durationMs"].as_u64());
        let took = took.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
        let dry = if self.line()["dryRun"] == true { " (dry run)" } else { "" };
        let mut lines = vec![format!(
            "{}  {}{dry} {} in {} ({}/{}): {}{took}",
            self.text("time"),
            self.text("action"),
            self.text("object"),
            self.text("channel"),
            self.text("cluster"),
            self.text("namespace"),
            self.outcome(),
        )];
        let by = match self.text("from") {
            "command" => " by command",
            "demo" => " in a demo: on a simulated cluster",
            _ => "",
        };
        lines.push(format!("    {}@{}{by}", self.text("user"), self.text("host")));
        for (what, words) in [("because", self.text("reason")), ("answer", self.message())] {
            if !words.is_empty() {
                lines.push(format!("    {what}: {words}"));
            }
        }
        for request in self.line()["requests"].as_array().into_iter().flatten() {
            let (method, path) = (&request["method"], &request["path"]);
            let body = if request["body"].is_null() { String::new() } else { format!(" {}", request["body"]) };
            let line = format!(
                "    {} {}{body} at resourceVersion {}",
                method.as_str().unwrap_or_default(),
                path.as_str().unwrap_or_default(),
                request["resourceVersion"].as_str().unwrap_or_else(|| self.text("resourceVersion")),
            );
            lines.push(line);
        }
        lines
    }
}
