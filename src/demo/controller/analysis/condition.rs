//! The conditions of a metric: what people write into `successCondition` and `failureCondition`, judged against one
//! result (the language of `github.com/expr-lang/expr` with the names of Argo Rollouts, `utils/evaluate`). Arithmetic,
//! comparisons, `&& || !`, `in`, `? :`, `??`, indexes, and the functions over lists and numbers are here; maps, fields
//! and time are not, since no result of the simulated providers has them.
//!
//! A text that cannot be judged is an error with the words of the real library: the measurement then has the phase
//! `Error`. No text panics: its length, depth and number of parts are bounded.

mod parse;
mod value;

pub(in crate::demo) use value::Val;

/// Whether a condition holds for a result.
///
/// # Errors
/// The text is no condition, or does not fit this result.
pub(in crate::demo) fn holds(condition: &str, result: &Val) -> Result<bool, String> {
    let parsed = parse::parse(condition)?;
    match value::evaluate(&parsed, result)? {
        Val::Bool(holds) => Ok(holds),
        other => Err(format!("expected bool, but got {}", other.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(values: &[f64]) -> Val {
        Val::List(values.iter().map(|value| Val::Number(*value)).collect())
    }

    #[test]
    fn conditions_that_people_write_are_judged_as_the_controller_judges_them() {
        let nan = f64::NAN;
        for (condition, result, holds_) in [
            ("result[0] >= 0.95", list(&[0.95]), true),
            ("result[0] >= 0.95", list(&[0.949]), false),
            ("result >= 0.95", Val::Number(0.99), true),
            ("result < 5 && result > 1", Val::Number(3.0), true),
            ("result < 5 && result > 1", Val::Number(1.0), false),
            ("result < 5 and not (result > 1)", Val::Number(1.0), true),
            ("result[0] < 1 || result[1] < 1", list(&[2.0, 0.5]), true),
            ("len(result) == 0", list(&[]), true),
            ("len(result) == 0 || result[0] > 0.9", list(&[]), true),
            ("len(result) > 0 && result[0] > 0.9", list(&[]), false),
            ("isNaN(result[0])", list(&[nan]), true),
            ("isNaN(result[0]) || result[0] > 0.5", list(&[0.6]), true),
            ("isNaN(result)", Val::Number(nan), true),
            ("isInf(result)", Val::Number(f64::INFINITY), true),
            ("result[0] >= 0.95", list(&[nan]), false),
            ("!(result[0] < 0.95)", list(&[nan]), true),
            ("default(result, 0) == 0", Val::Nil, true),
            ("default(result, 0) == 3", Val::Number(3.0), true),
            ("result == nil", Val::Nil, true),
            ("result != nil", Val::Number(1.0), true),
            ("isNil(result)", Val::Nil, true),
            ("all(result, # < 5)", list(&[1.0, 4.9]), true),
            ("all(result, {# < 5})", list(&[1.0, 5.0]), false),
            ("any(result, # > 5)", list(&[1.0, 6.0]), true),
            ("none(result, # > 5)", list(&[1.0, 2.0]), true),
            ("one(result, # > 5)", list(&[1.0, 6.0]), true),
            ("count(result, # > 1) == 2", list(&[1.0, 2.0, 3.0]), true),
            ("len(filter(result, # > 1)) == 2", list(&[1.0, 2.0, 3.0]), true),
            ("sum(map(result, # * 2)) == 12", list(&[1.0, 2.0, 3.0]), true),
            ("max(result) - min(result) <= 2", list(&[1.0, 2.0, 3.0]), true),
            ("mean(result) == 2", list(&[1.0, 3.0]), true),
            ("result[0] in [200, 201]", list(&[201.0]), true),
            ("result[0] not in [200, 201]", list(&[500.0]), true),
            ("result[-1] == 3", list(&[1.0, 3.0]), true),
            ("result[0] > 0.5 ? true : false", list(&[0.6]), true),
            ("(result ?? 7) == 7", Val::Nil, true),
            ("asInt(\"3\") == 3 and asFloat('2.5') == 2.5", Val::Nil, true),
            ("abs(-3) == 3 && 2 ** 3 == 8 && 7 % 4 == 3 && 5 / 2 == 2.5", Val::Nil, true),
            ("1 + 2 * 3 == 7 && -2 ^ 2 == 4", Val::Nil, true),
            ("1_000 == 1e3", Val::Nil, true),
            ("true", Val::Nil, true),
        ] {
            assert_eq!(holds(condition, &result), Ok(holds_), "{condition} of {result:?}");
        }
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        for (condition, result, why) in [
            ("result[0] >= 0.95", list(&[]), "index out of range: 0 (array length is 0)"),
            ("result >= 0.95", list(&[1.0]), "invalid operation: >= (mismatched types []float64 and float64)"),
            ("result[0]", list(&[1.0]), "expected bool, but got float64"),
            ("latency < 5", Val::Number(1.0), "unknown name latency"),
            ("frobnicate(result)", Val::Number(1.0), "unknown name frobnicate"),
            ("result[0] >=", list(&[1.0]), "unexpected token EOF"),
            ("result[0] >= 0.95)", list(&[1.0]), "unexpected token Bracket(\")\")"),
            ("result @ 5", Val::Number(1.0), "unrecognized character: U+0040 '@'"),
            ("\"open", Val::Nil, "literal not terminated"),
            ("", Val::Nil, "unexpected token EOF"),
            ("result[0.5] > 1", list(&[1.0]), "cannot use 0.5 as an index"),
            ("result && true", Val::Number(1.0), "invalid operation: && (mismatched types float64 and bool)"),
            ("!result", Val::Number(1.0), "invalid operation: ! (mismatched type float64)"),
            ("nil < 3", Val::Nil, "invalid operation: < (mismatched types nil and float64)"),
            ("all(result, 3)", list(&[1.0]), "predicate should return boolean (got float64)"),
        ] {
            assert_eq!(holds(condition, &result), Err(why.to_owned()), "{condition} of {result:?}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        for text in [
            "(".repeat(5_000),
            "!".repeat(5_000),
            format!("{}true{}", "(".repeat(2_000), ")".repeat(2_000)),
            format!("1{} > 0", "+1".repeat(20_000)),
            format!("result{}", "[0]".repeat(3_000)),
            "true ? ".repeat(3_000),
            "all(result, ".repeat(900),
        ] {
            assert!(holds(&text, &list(&[1.0])).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,120}") {
            let _ = holds(&text, &list(&[0.5, f64::NAN]));
            let _ = holds(&text, &Val::Number(f64::INFINITY));
            let _ = holds(&text, &Val::Nil);
        }

        #[test]
        fn no_row_of_parts_panics(parts in proptest::collection::vec(prop_oneof![
            Just("result"), Just("[0]"), Just("["), Just("]"), Just("("), Just(")"), Just("!"), Just("&&"), Just("||"),
            Just(" in "), Just(" not "), Just("nil"), Just("len("), Just("all("), Just("#"), Just(","), Just("{"),
            Just("}"), Just("<"), Just(">="), Just("=="), Just("0.95"), Just("9e999"), Just("-"), Just("%"), Just("**"),
            Just("?"), Just(":"), Just("??"), Just("'x'"), Just("max("), Just("filter("), Just("default("), Just("0"),
        ], 0..40)) {
            let _ = holds(&parts.concat(), &list(&[0.5]));
            let _ = holds(&parts.concat(), &Val::Nil);
        }

        #[test]
        fn a_simple_comparison_says_what_the_numbers_say(value in -1e6..1e6_f64, bound in -1e6..1e6_f64) {
            prop_assert_eq!(holds(&format!("result[0] >= {bound}"), &list(&[value])), Ok(value >= bound));
            prop_assert_eq!(holds(&format!("result < {bound}"), &Val::Number(value)), Ok(value < bound));
        }
    }
}
