//! Recordings: JSON lines of watch events, optionally gzip or zstd compressed. A broken line costs that line only.

use crate::clean::clean;
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::io::{self, Read};
use std::path::Path;

/// A recording: its lines in order, and what was wrong with the rest.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Lines in order of time.
    pub lines: Vec<Line>,
    /// Lines that could not be used: number from 1, and why.
    pub bad: Vec<(usize, String)>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Milliseconds since the recording began.
    pub t_ms: u64,
    /// What it says.
    pub entry: Entry,
}

/// What a line says.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A watch event: plural resource, event type, object.
    Event {
        /// `rollouts`, `replicasets`, …
        resource: String,
        /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR`.
        kind: String,
        /// The object.
        object: Value,
    },
    /// A mark.
    Mark(String),
}

/// Reads a recording; what cannot be used is told by number and skipped.
///
/// # Errors
/// When the file cannot be read or decompressed at all.
pub fn read(path: &Path) -> io::Result<Recording> {
    parse(&std::fs::read(path)?)
}

/// Reads a recording from its bytes, compressed or not.
///
/// # Errors
/// When it cannot be decompressed at all.
pub fn parse(bytes: &[u8]) -> io::Result<Recording> {
    let (text, cut) = match bytes {
        [0x1f, 0x8b, ..] => unpacked(MultiGzDecoder::new(bytes))?,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => unpacked(zstd::stream::read::Decoder::new(bytes)?)?,
        _ => return Ok(lines(bytes)),
    };
    let mut recording = lines(&text);
    if let Some(error) = cut {
        let after = text.split(|byte| *byte == b'\n').count();
        recording.bad.retain(|(number, _)| *number != after);
        recording.bad.push((after, format!("the compressed file is cut here: {error}")));
    }
    Ok(recording)
}

/// What can be unpacked, and the error that ended it early.
fn unpacked(mut packed: impl Read) -> io::Result<(Vec<u8>, Option<io::Error>)> {
    let mut text = Vec::new();
    match packed.read_to_end(&mut text) {
        Ok(_) => Ok((text, None)),
        Err(error) if text.is_empty() => Err(error),
        Err(error) => Ok((text, Some(error))),
    }
}

fn lines(text: &[u8]) -> Recording {
    let mut recording = Recording::default();
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate().map(|(at, line)| (at + 1, line)) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match entry(line) {
            Ok((t_ms, entry)) => recording.lines.push(Line { number, t_ms, entry }),
            Err(why) => recording.bad.push((number, clean(&why).into_owned())),
        }
    }
    // Stable: lines of the same moment stay as they were written.
    recording.lines.sort_by_key(|line| line.t_ms);
    recording
}

fn entry(line: &[u8]) -> Result<(u64, Entry), String> {
    let mut value: Value = serde_json::from_slice(line).map_err(|error| {
        // The line of serde_json is always 1 here; the column is what helps.
        format!("not JSON at column {}: {}", error.column(), plain(&error))
    })?;
    if !value.is_object() {
        return Err("not a JSON object".into());
    }
    let t_ms = value.get("t_ms").ok_or("t_ms is missing")?;
    let t_ms = t_ms.as_u64().ok_or_else(|| format!("t_ms is not a number of milliseconds: {t_ms}"))?;
    if let Some(mark) = value.get("mark") {
        let mark = mark.as_str().ok_or("mark is not a text")?;
        return Ok((t_ms, Entry::Mark(clean(mark).into_owned())));
    }
    let resource = value.get("resource").ok_or("neither a mark nor a resource")?;
    let resource = resource.as_str().ok_or("resource is not a text")?.to_owned();
    let event = value.get_mut("event").ok_or("event is missing")?;
    let kind = event.get("type").and_then(Value::as_str).ok_or("event.type is missing")?.to_owned();
    let object = event.get_mut("object").map(Value::take).ok_or("event.object is missing")?;
    if !object.is_object() {
        return Err("event.object is not an object".into());
    }
    Ok((t_ms, Entry::Event { resource, kind, object }))
}

/// The text of an error without the place that `serde_json` appends.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const TEXT: &str = concat!(
        r#"{"t_ms": 5, "resource": "rollouts", "event": {"type": "ADDED", "object": {"a": 1}}}"#,
        "\n\n",
        r#"{"t_ms": 3, "mark": "kubectl\u001b[31m apply"}"#,
        "\n{broken\n",
        r#"{"t_ms": "soon", "mark": "x"}"#,
        "\n",
        r#"{"t_ms": 9, "resource": "unicorns", "event": {"type": "MODIFIED", "object": {}}}"#,
        "\n[]\n",
        r#"{"t_ms": 9, "resource": "rollouts", "event": {"type": "ADDED"}}"#,
        "\n"
    );

    fn check(recording: &Recording) {
        let lines: Vec<(u64, usize)> = recording.lines.iter().map(|line| (line.t_ms, line.number)).collect();
        assert_eq!(lines, [(3, 3), (5, 1), (9, 6)]);
        assert!(matches!(&recording.lines[0].entry, Entry::Mark(text) if text == "kubectl apply"));
        assert!(matches!(&recording.lines[2].entry, Entry::Event { resource, .. } if resource == "unicorns"));
        let bad: Vec<(usize, &str)> = recording.bad.iter().map(|(number, why)| (*number, why.as_str())).collect();
        assert_eq!(
            bad,
            [
                (4, "not JSON at column 2: key must be a string"),
                (5, "t_ms is not a number of milliseconds: \"soon\""),
                (7, "not a JSON object"),
                (8, "event.object is missing"),
            ]
        );
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn all_three_forms_are_read_by_what_they_begin_with() {
        check(&parse(TEXT.as_bytes()).unwrap());
        check(&parse(&gzip(TEXT.as_bytes())).unwrap());
        check(&parse(&zstd::encode_all(TEXT.as_bytes(), 3).unwrap()).unwrap());
    }

    #[test]
    fn a_compressed_file_that_is_cut_gives_what_is_there_and_says_so() {
        let line = |t: u64| format!("{{\"t_ms\": {t}, \"mark\": \"m{}\"}}\n", t * 7919 % 10_007);
        let long = (0..20_000).map(line).collect::<Vec<_>>().concat();
        let packed = gzip(long.as_bytes());
        let recording = parse(&packed[..packed.len() / 2]).unwrap();
        assert!(recording.lines.len() > 100 && recording.lines.len() < 20_000);
        let [(number, why)] = &recording.bad[..] else { panic!("{:?}", recording.bad) };
        assert_eq!(*number, recording.lines.len() + 1);
        assert!(why.starts_with("the compressed file is cut here"), "{why}");
        assert!(parse(&packed[..8]).is_err());
    }

    #[test]
    fn an_empty_file_is_an_empty_recording() {
        let recording = parse(b"").unwrap();
        assert!(recording.lines.is_empty() && recording.bad.is_empty());
    }
}
