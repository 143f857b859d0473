//! Print: objects as YAML, the same bytes for the same objects, and the same objects for whoever reads them.

use super::Object;
use serde_json::Value;

/// One object: fields in the order of the alphabet, as `kubectl get -o yaml` prints them.
///
/// # Errors
/// A value that YAML cannot hold; none is known.
pub fn yaml(value: &Value) -> Result<String, String> {
    // Text that any reader could take for something else is quoted: the printer keeps to YAML 1.1 and 1.2 at once.
    // No folding: a long line is read more easily than it is put together again.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    serde_saphyr::to_string_with_options(value, options).map_err(|error| error.to_string())
}

/// All objects, each after a line `---` and the file that it came from.
///
/// # Errors
/// As [`yaml`].
pub fn all<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Result<String, String> {
    let mut text = String::new();
    for object in objects {
        text.push_str("---\n# ");
        text.push_str(&crate::clean::clean(&object.title()));
        text.push('\n');
        text.push_str(&yaml(&object.value)?);
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}
