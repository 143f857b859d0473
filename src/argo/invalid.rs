//! An invalid spec: which field the controller means, taken from its words, so that a screen can point at it (Argo
//! Rollouts, `pkg/apis/rollouts/validation`).

use super::rollout::Rollout;

/// The field that the controller refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// Its path, such as `spec.strategy.canary.steps[2].setWeight`.
    pub path: String,
    /// Index of the step, where the path names one.
    pub step: Option<usize>,
    /// What is wrong, without path and value; never empty.
    pub why: String,
}

/// The first field that a rollout is refused for; `None` for one that is accepted, and when the words name no field.
#[must_use]
pub fn of(rollout: &Rollout, message: &str) -> Option<InvalidField> {
    let condition = rollout.condition("InvalidSpec").map(|condition| &*condition.message);
    let words = message.strip_prefix("InvalidSpec: ").or(condition)?;
    parse(words)
}

/// Reads `The Rollout "X" is invalid: <path>: <kind of fault>: <value>: <why>`. A list of several is in brackets; the first
/// counts. The value may hold colons of its own, so the reason is what stands behind the last one.
fn parse(words: &str) -> Option<InvalidField> {
    let (_, rest) = words.split_once(" is invalid: ")?;
    let rest = rest.trim_start_matches('[');
    let (path, rest) = rest.split_once(": ")?;
    let is_path = path.starts_with("spec") && !path.contains(char::is_whitespace);
    if !is_path {
        return None;
    }
    let first = rest.split(", spec.").next().unwrap_or(rest).trim_end_matches(']');
    let faults = [
        "Invalid value: ",
        "Required value: ",
        "Forbidden: ",
        "Unsupported value: ",
        "Duplicate value: ",
        "Not found: ",
    ];
    let fault = faults.iter().find_map(|fault| Some((*fault, first.strip_prefix(fault)?)));
    let why = match fault {
        Some(("Required value: " | "Forbidden: ", why)) => why,
        Some((_, value_and_why)) => after_value(value_and_why),
        None => first,
    };
    let why = if why.trim().is_empty() { first } else { why }.trim().to_owned();
    Some(InvalidField {
        step: step_of(path),
        path: path.to_owned(),
        why: if why.is_empty() { words.to_owned() } else { why },
    })
}

/// What stands behind the value. A text is quoted as Go quotes it, and ends where it ends; the reason may hold colons too.
fn after_value(words: &str) -> &str {
    let mut escaped = false;
    let end = words.strip_prefix('"').and_then(|quoted| {
        quoted.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })
    });
    let behind = end.and_then(|end| words[end + 2..].strip_prefix(": "));
    behind.unwrap_or_else(|| words.rsplit_once(": ").map_or(words, |(_, why)| why))
}

fn step_of(path: &str) -> Option<usize> {
    let (_, rest) = path.split_once("steps[")?;
    rest.split_once(']')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_taken_from_the_words_of_the_controller() {
        let rows = [
            (
                "The Rollout \"web\" is invalid: spec.strategy.canary.steps[2].setWeight: Invalid value: 120: SetWeight needs to be between 0 and 100",
                ("spec.strategy.canary.steps[2].setWeight", Some(2), "SetWeight needs to be between 0 and 100"),
            ),
            (
                "The Rollout \"web\" is invalid: spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy'",
                ("spec.strategy.strategy", None, "Rollout has missing field '.spec.strategy'"),
            ),
            (
                "The Rollout \"web\" is invalid: [spec.strategy.canary.steps[0].pause.duration: Invalid value: -1: Duration needs to be greater than 0, spec.x: Invalid value: 1: y]",
                ("spec.strategy.canary.steps[0].pause.duration", Some(0), "Duration needs to be greater than 0"),
            ),
            (
                "The Rollout \"web\" is invalid: spec.template: Invalid value: {\"a\": {\"b\": 1}}: bad template",
                ("spec.template", None, "bad template"),
            ),
            (
                "The Rollout \"web\" is invalid: spec.strategy.blueGreen.activeService: Invalid value: \"web\": service \"web\" not found",
                ("spec.strategy.blueGreen.activeService", None, "service \"web\" not found"),
            ),
            (
                r#"The Rollout "web" is invalid: spec.strategy.steps[0]: Invalid value: "say \"a: b\": c": one of the following: pause"#,
                ("spec.strategy.steps[0]", Some(0), "one of the following: pause"),
            ),
        ];
        for (words, (path, step, why)) in rows {
            let found = parse(words).unwrap();
            assert_eq!((&*found.path, found.step, &*found.why), (path, step, why), "{words}");
        }
    }

    #[test]
    fn words_that_name_no_field_give_none() {
        for words in [
            "",
            "x",
            "The Rollout \"x\" is invalid: ",
            "The Rollout \"x\" is invalid: something else: y",
            "is invalid: spec",
        ] {
            assert_eq!(parse(words), None, "{words}");
        }
    }
}
