//! What the parts of a condition come to.

use super::parse::Node;
use std::cell::Cell;

/// The most parts that are looked at for one judgement: predicates within predicates multiply.
const MOST_LOOKS: u32 = 50_000;

/// A value in a condition.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::demo) enum Val {
    /// Nothing.
    Nil,
    /// A truth.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list, as a vector of samples is.
    List(Vec<Val>),
}

impl Val {
    /// As errors name its type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Number(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "[]float64",
        }
    }
}

struct Scope<'a> {
    result: &'a Val,
    element: Option<&'a Val>,
    looks: &'a Cell<u32>,
}

/// What a condition comes to for a result.
pub(super) fn evaluate(node: &Node, result: &Val) -> Result<Val, String> {
    Scope { result, element: None, looks: &Cell::new(0) }.of(node)
}

impl Scope<'_> {
    fn of(&self, node: &Node) -> Result<Val, String> {
        self.looks.set(self.looks.get() + 1);
        if self.looks.get() > MOST_LOOKS {
            return Err("memory budget exceeded".to_owned());
        }
        Ok(match node {
            Node::Number(number) => Val::Number(*number),
            Node::Text(text) => Val::Text(text.clone()),
            Node::Bool(holds) => Val::Bool(*holds),
            Node::Nil => Val::Nil,
            Node::Element => self.element.cloned().ok_or("cannot use pointer accessor outside predicate")?,
            Node::Name(name) if name == "result" => self.result.clone(),
            Node::Name(name) => return Err(format!("unknown name {name}")),
            Node::List(all) => Val::List(all.iter().map(|one| self.of(one)).collect::<Result<_, _>>()?),
            Node::Not(inner) => match self.of(inner)? {
                Val::Bool(holds) => Val::Bool(!holds),
                other => return Err(format!("invalid operation: ! (mismatched type {})", other.kind())),
            },
            Node::Negative(inner) => match self.of(inner)? {
                Val::Number(number) => Val::Number(-number),
                other => return Err(format!("invalid operation: - (mismatched type {})", other.kind())),
            },
            Node::Binary(sign, left, right) => self.binary(sign, left, right)?,
            Node::Choice(condition, yes, no) => match self.of(condition)? {
                Val::Bool(true) => self.of(yes)?,
                Val::Bool(false) => self.of(no)?,
                other => return Err(format!("non-bool expression (type {}) used as condition", other.kind())),
            },
            Node::Index(list, at) => index(&self.of(list)?, &self.of(at)?)?,
            Node::Call(name, given) => self.call(name, given)?,
        })
    }

    fn binary(&self, sign: &str, left: &Node, right: &Node) -> Result<Val, String> {
        let left = self.of(left)?;
        // What stands behind `&&`, `||` and `??` is only looked at when it counts.
        match (sign, &left) {
            ("&&", Val::Bool(false)) => return Ok(Val::Bool(false)),
            ("||", Val::Bool(true)) => return Ok(Val::Bool(true)),
            ("??", Val::Nil) => return self.of(right),
            ("??", _) => return Ok(left),
            _ => {}
        }
        let right = self.of(right)?;
        let mismatch = || {
            let (left, right) = (left.kind(), right.kind());
            Err(format!("invalid operation: {sign} (mismatched types {left} and {right})"))
        };
        Ok(match (sign, &left, &right) {
            ("&&" | "||", Val::Bool(_), Val::Bool(second)) => Val::Bool(*second),
            ("==", ..) => Val::Bool(left == right),
            ("!=", ..) => Val::Bool(left != right),
            ("in", _, Val::List(all)) => Val::Bool(all.contains(&left)),
            ("in", _, Val::Nil) => Val::Bool(false),
            ("<", Val::Text(a), Val::Text(b)) => Val::Bool(a < b),
            (">", Val::Text(a), Val::Text(b)) => Val::Bool(a > b),
            ("<=", Val::Text(a), Val::Text(b)) => Val::Bool(a <= b),
            (">=", Val::Text(a), Val::Text(b)) => Val::Bool(a >= b),
            ("+", Val::Text(a), Val::Text(b)) => Val::Text(format!("{a}{b}")),
            (_, Val::Number(a), Val::Number(b)) => match sign {
                "<" => Val::Bool(a < b),
                ">" => Val::Bool(a > b),
                "<=" => Val::Bool(a <= b),
                ">=" => Val::Bool(a >= b),
                "+" => Val::Number(a + b),
                "-" => Val::Number(a - b),
                "*" => Val::Number(a * b),
                "/" => Val::Number(a / b),
                "%" if b.abs() < 1.0 => return Err("integer divide by zero".to_owned()),
                "%" => Val::Number(a.trunc() % b.trunc()),
                "**" => Val::Number(a.powf(*b)),
                _ => return mismatch(),
            },
            _ => return mismatch(),
        })
    }

    fn call(&self, name: &str, given: &[Node]) -> Result<Val, String> {
        let known = [
            "all", "any", "none", "one", "count", "filter", "map", "len", "sum", "min", "max", "mean", "first", "last",
            "abs", "floor", "ceil", "round", "int", "float", "asInt", "asFloat", "isNaN", "isInf", "isNil", "default",
        ];
        if !known.contains(&name) {
            return Err(format!("unknown name {name}"));
        }
        let first = self.of(given.first().ok_or_else(|| format!("not enough arguments to call {name}"))?)?;
        match (name, given) {
            ("all" | "any" | "none" | "one" | "count" | "filter" | "map", [_, predicate]) => {
                self.over(name, &first, predicate)
            }
            ("default", [_, other]) => {
                if first == Val::Nil {
                    self.of(other)
                } else {
                    Ok(first)
                }
            }
            ("count", [_]) => self.over(name, &first, &Node::Element),
            ("min" | "max" | "sum" | "mean", _) => {
                let mut all = vec![first];
                for more in &given[1..] {
                    all.push(self.of(more)?);
                }
                fold(name, all)
            }
            (_, [_]) => one(name, &first),
            (_, more) => Err(format!("too many arguments to call {name}: {}", more.len())),
        }
    }

    /// A function that asks a predicate about each element.
    fn over(&self, name: &str, list: &Val, predicate: &Node) -> Result<Val, String> {
        let Val::List(all) = list else {
            return Err(format!("builtin {name} takes only array (got {})", list.kind()));
        };
        let ask = |element| Scope { result: self.result, element: Some(element), looks: self.looks }.of(predicate);
        if name == "map" {
            return Ok(Val::List(all.iter().map(ask).collect::<Result<_, _>>()?));
        }
        let mut kept = Vec::new();
        for element in all {
            match ask(element)? {
                Val::Bool(true) => kept.push(element.clone()),
                Val::Bool(false) => {}
                other => return Err(format!("predicate should return boolean (got {})", other.kind())),
            }
        }
        Ok(match name {
            "all" => Val::Bool(kept.len() == all.len()),
            "any" => Val::Bool(!kept.is_empty()),
            "none" => Val::Bool(kept.is_empty()),
            "one" => Val::Bool(kept.len() == 1),
            "count" => Val::Number(kept.len() as f64),
            _ => Val::List(kept),
        })
    }
}

fn index(list: &Val, at: &Val) -> Result<Val, String> {
    let (Val::List(all), Val::Number(at)) = (list, at) else {
        return Err(format!("cannot fetch {} from {}", at.kind(), list.kind()));
    };
    if at.fract() != 0.0 || at.abs() > 1e9 || !at.is_finite() {
        return Err(format!("cannot use {at} as an index"));
    }
    let length = all.len() as f64;
    let place = if *at < 0.0 { length + at } else { *at };
    let found = (place >= 0.0).then(|| all.get(place as usize)).flatten();
    found.cloned().ok_or_else(|| format!("index out of range: {at} (array length is {length})"))
}

/// The functions of several numbers, or of lists of them.
fn fold(name: &str, all: Vec<Val>) -> Result<Val, String> {
    let mut numbers = Vec::new();
    for value in all {
        match value {
            Val::Number(number) => numbers.push(number),
            Val::List(list) => {
                for value in list {
                    let Val::Number(number) = value else {
                        return Err(format!("invalid argument for {name} (type {})", value.kind()));
                    };
                    numbers.push(number);
                }
            }
            other => return Err(format!("invalid argument for {name} (type {})", other.kind())),
        }
    }
    let sum: f64 = numbers.iter().sum();
    Ok(Val::Number(match name {
        "sum" => sum,
        "mean" if numbers.is_empty() => 0.0,
        "mean" => sum / numbers.len() as f64,
        _ if numbers.is_empty() => return Err(format!("not enough arguments to call {name}")),
        "min" => numbers.into_iter().fold(f64::INFINITY, f64::min),
        _ => numbers.into_iter().fold(f64::NEG_INFINITY, f64::max),
    }))
}

/// The functions of one value.
fn one(name: &str, value: &Val) -> Result<Val, String> {
    let wrong = || Err(format!("invalid argument for {name} (type {})", value.kind()));
    Ok(match (name, value) {
        ("isNil", _) => Val::Bool(*value == Val::Nil),
        ("len", Val::List(all)) => Val::Number(all.len() as f64),
        ("len", Val::Text(text)) => Val::Number(text.chars().count() as f64),
        ("first", Val::List(all)) => all.first().cloned().unwrap_or(Val::Nil),
        ("last", Val::List(all)) => all.last().cloned().unwrap_or(Val::Nil),
        ("asInt" | "int" | "asFloat" | "float", Val::Text(text)) => {
            let Ok(number) = text.trim().parse::<f64>() else { return Err(format!("invalid syntax: {text:?}")) };
            Val::Number(if name.ends_with("nt") { number.trunc() } else { number })
        }
        ("isNaN", Val::Number(number)) => Val::Bool(number.is_nan()),
        ("isInf", Val::Number(number)) => Val::Bool(number.is_infinite()),
        ("abs", Val::Number(number)) => Val::Number(number.abs()),
        ("floor", Val::Number(number)) => Val::Number(number.floor()),
        ("ceil", Val::Number(number)) => Val::Number(number.ceil()),
        ("round", Val::Number(number)) => Val::Number(number.round()),
        ("int" | "asInt", Val::Number(number)) => Val::Number(number.trunc()),
        ("float" | "asFloat", Val::Number(number)) => Val::Number(*number),
        _ => return wrong(),
    })
}
