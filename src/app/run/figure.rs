//! Figures: measured values in digits, and the scale that holds them. Four significant digits, the same decimals
//! within a column, and never so few that a value that breaks its limit reads like the limit.

use crate::app::model::Scale;
use crate::app::present::words;

/// Decimals beyond which nothing is written.
const MOST_DECIMALS: usize = 12;
/// From here on numbers are written with an exponent.
const HUGE: f64 = 1e15;

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// With so many decimals.
    Decimals(usize),
    /// With an exponent and so many decimals.
    Exponent(usize),
}

impl Digits {
    /// What a column of values needs beside its limit.
    #[must_use]
    pub fn of(values: &[f64], limit: Option<f64>) -> Self {
        let finite = || values.iter().copied().chain(limit).filter(|value| value.is_finite());
        let greatest = finite().map(f64::abs).fold(0.0, f64::max);
        if greatest >= HUGE || (greatest > 0.0 && greatest < 1e-4) {
            return Self::distinct(Self::Exponent, 3, values, limit);
        }
        let whole = if greatest >= 1.0 { greatest.log10().floor() as usize } else { 0 };
        let most = 3_usize.saturating_sub(whole);
        // No more than the values have.
        let enough = (0..most).find(|decimals| {
            let unit = 10_f64.powi(*decimals as i32);
            finite().all(|value| ((value * unit).round() / unit - value).abs() <= greatest * 1e-9)
        });
        Self::distinct(Self::Decimals, enough.unwrap_or(most), values, limit)
    }

    /// As many more digits as tell every value from the limit.
    fn distinct(of: fn(usize) -> Self, least: usize, values: &[f64], limit: Option<f64>) -> Self {
        let Some(limit) = limit else { return of(least) };
        let tells = |digits: &Self| {
            let text = digits.write(limit);
            let other = |value: &&f64| value.is_finite() && (**value - limit).abs() > 0.0;
            values.iter().filter(other).all(|value| digits.write(*value) != text)
        };
        (least..=MOST_DECIMALS).map(of).find(tells).unwrap_or_else(|| of(MOST_DECIMALS))
    }

    /// A number.
    #[must_use]
    pub fn write(self, value: f64) -> String {
        if value.is_nan() {
            return "NaN".to_owned();
        }
        if value.is_infinite() {
            return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
        }
        let value = if value == 0.0 { 0.0 } else { value };
        match self {
            Self::Exponent(decimals) => format!("{value:.decimals$e}"),
            // A value much greater than the others of its column.
            Self::Decimals(_) if value.abs() >= HUGE => format!("{value:.3e}"),
            Self::Decimals(decimals) => {
                let text = format!("{value:.decimals$}");
                let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
                let whole = match whole.parse::<i64>() {
                    // `-0` would lose its sign.
                    Ok(number) if number != 0 => words::number(number),
                    _ => whole.to_owned(),
                };
                rest.map_or(whole.clone(), |rest| format!("{whole}.{rest}"))
            }
        }
    }
}

/// The scale that holds all values that are numbers, and the limit. `None` without any.
#[must_use]
pub fn scale(values: &[f64], limit: Option<(f64, &str)>) -> Option<Scale> {
    let at = limit.map(|(value, _)| value).filter(|value| value.is_finite());
    let finite: Vec<f64> = values.iter().copied().chain(at).filter(|value| value.is_finite()).collect();
    let least = finite.iter().copied().reduce(f64::min)?;
    let greatest = finite.iter().copied().reduce(f64::max)?;
    let digits = Digits::of(&finite, at);
    let mut labels: Vec<(f64, String)> = Vec::new();
    if let Some((value, text)) = limit.filter(|(value, _)| value.is_finite()) {
        labels.push((value, if text.is_empty() { digits.write(value) } else { text.to_owned() }));
    }
    for value in [greatest, least] {
        if labels.iter().all(|(known, _)| (*known - value).abs() > 0.0) {
            labels.push((value, digits.write(value)));
        }
    }
    let (min, max) = if least < greatest { (least, greatest) } else { around(least) };
    Some(Scale { min, max, limit: at, labels })
}

/// A span around a single value, which then lies in its middle.
fn around(value: f64) -> (f64, f64) {
    let reach = if value == 0.0 { 1.0 } else { value.abs() * 0.1 };
    let (min, max) = (value - reach, value + reach);
    if min.is_finite() && max.is_finite() && min < max { (min, max) } else { (f64::MIN, f64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_column_has_the_decimals_that_its_values_need_and_four_digits_at_most() {
        let table: &[(&[f64], Option<f64>, &str)] = &[
            (&[0.961, 0.99, 1.0], Some(0.99), "0.961 0.990 1.000"),
            (&[212.0, 250.0], Some(250.0), "212 250"),
            (&[212.345, 99.0], None, "212.3 99.0"),
            (&[0.5, 1.0], Some(0.95), "0.50 1.00"),
            (&[1_234_567.0], None, "1,234,567"),
            (&[-0.5, 1234.5678], None, "-0 1,235"),
            (&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY], None, "NaN +Inf -Inf"),
            (&[0.000_012_3], None, "1.230e-5"),
            (&[1e300, -1e300], None, "1.000e300 -1.000e300"),
            (&[0.0, -0.0], None, "0 0"),
        ];
        for (values, limit, text) in table {
            let digits = Digits::of(values, *limit);
            let written: Vec<String> = values.iter().map(|value| digits.write(*value)).collect();
            assert_eq!(written.join(" "), *text, "{values:?}");
        }
    }

    #[test]
    fn a_value_that_breaks_its_limit_never_reads_like_the_limit() {
        let values = [0.989_96, 0.99];
        let digits = Digits::of(&values, Some(0.99));
        assert_eq!((digits.write(values[0]).as_str(), digits.write(values[1]).as_str()), ("0.98996", "0.99000"));
    }

    #[test]
    fn the_scale_holds_the_limit_and_labels_it_first() {
        let scale = scale(&[0.961, 1.0], Some((0.99, "0.99"))).unwrap();
        assert_eq!((scale.min, scale.max, scale.limit), (0.961, 1.0, Some(0.99)));
        let labels: Vec<&str> = scale.labels.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(labels, ["0.99", "1.000", "0.961"]);
    }

    #[test]
    fn equal_values_lie_in_the_middle_and_no_number_has_no_scale() {
        for value in [5.0, 0.0, -3.0, 1e308, -1e-300] {
            let scale = scale(&[value, value], None).unwrap();
            assert!((scale.place(value) - 0.5).abs() < 0.01, "{value}: {}", scale.place(value));
            assert_eq!(scale.labels.len(), 1);
        }
        assert_eq!(scale(&[f64::NAN, f64::INFINITY], None), None);
    }

    proptest! {
        #[test]
        fn every_number_has_a_place(values in prop::collection::vec(any::<f64>(), 0..8), limit in any::<f64>()) {
            if let Some(scale) = scale(&values, Some((limit, ""))) {
                prop_assert!(scale.min < scale.max && scale.min.is_finite() && scale.max.is_finite());
                for value in values.iter().copied().chain([limit, f64::NAN, f64::INFINITY]) {
                    prop_assert!((0.0..=1.0).contains(&scale.place(value)));
                }
                let digits = Digits::of(&values, Some(limit));
                for value in &values {
                    prop_assert!(digits.write(*value).len() < 60);
                }
            }
        }
    }
}
