//! The schema of the kinds, read from `assets/api/schema.txt`: used to validate, to prune, to merge by, and to describe
//! the API to kubectl.

use crate::demo::store::Kind;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    /// Text.
    Text,
    /// A time stamp.
    Time,
    /// A whole number.
    Int,
    /// Any number.
    Number,
    /// True or false.
    Bool,
    /// A whole number or text.
    IntOrText,
    /// An amount of a resource: text or number.
    Quantity,
    /// Not described.
    Any,
    /// A map, merged per key.
    Map(Box<Ty>),
    /// A list.
    List(Box<Ty>, Merge),
    /// A type of the schema, by its name.
    Named(String),
    /// A type of the schema that is replaced as a whole.
    Atomic(String),
}

/// How a list is merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Merge {
    /// Replaced.
    Whole,
    /// A set of scalars.
    Set,
    /// Element by element; each key with the value that stands when it is absent.
    By(Vec<(String, Option<String>)>),
}

/// An object's fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Struct {
    /// In the order of the file.
    pub fields: Vec<Field>,
    /// The type of all fields that are not named; none: they are unknown.
    pub others: Option<Ty>,
}

/// A field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub name: String,
    pub ty: Ty,
    pub required: bool,
}

impl Struct {
    pub(crate) fn field(&self, name: &str) -> Option<&Ty> {
        self.fields.iter().find(|field| field.name == name).map(|field| &field.ty).or(self.others.as_ref())
    }
}

static TYPES: LazyLock<BTreeMap<String, Struct>> =
    LazyLock::new(|| parse(include_str!("../../../assets/api/schema.txt")).unwrap_or_default());

static EMPTY: Struct = Struct { fields: Vec::new(), others: Some(Ty::Any) };

/// All types.
pub(crate) fn types() -> &'static BTreeMap<String, Struct> {
    &TYPES
}

/// A type by its name; one that is not in the file takes everything.
pub(crate) fn named(name: &str) -> &'static Struct {
    TYPES.get(name).unwrap_or(&EMPTY)
}

/// The type of a kind's objects.
pub(crate) fn of_kind(kind: &Kind) -> &'static Struct {
    named(kind.kind)
}

/// Reads the file.
fn parse(text: &str) -> Result<BTreeMap<String, Struct>, String> {
    let mut types: BTreeMap<String, Struct> = BTreeMap::new();
    let mut open = None;
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(field) = line.strip_prefix("  ") else {
            let name = line.trim().to_owned();
            if types.insert(name.clone(), Struct::default()).is_some() {
                return Err(format!("line {}: {name} stands twice", at + 1));
            }
            open = Some(name);
            continue;
        };
        let (name, ty) = field.split_once(':').ok_or_else(|| format!("line {}: no type", at + 1))?;
        let ty = parse_type(ty.trim());
        let Some(into) = open.as_ref().and_then(|open| types.get_mut(open)) else {
            return Err(format!("line {}: a field before any type", at + 1));
        };
        match name.trim() {
            "*" => into.others = Some(ty),
            name => into.fields.push(Field {
                name: name.trim_end_matches('!').to_owned(),
                ty,
                required: name.ends_with('!'),
            }),
        }
    }
    Ok(types)
}

fn parse_type(text: &str) -> Ty {
    if let Some(inner) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        return Ty::Map(Box::new(parse_type(inner)));
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        let (ty, merge) = match inner.split_once(' ') {
            None => (inner, Merge::Whole),
            Some((ty, "set")) => (ty, Merge::Set),
            Some((ty, keys)) => {
                let keys = keys.trim_start_matches("by ").split(',').map(|key| match key.split_once('=') {
                    Some((key, default)) => (key.to_owned(), Some(default.to_owned())),
                    None => (key.to_owned(), None),
                });
                (ty, Merge::By(keys.collect()))
            }
        };
        return Ty::List(Box::new(parse_type(ty)), merge);
    }
    match text {
        "string" => Ty::Text,
        "time" => Ty::Time,
        "int" => Ty::Int,
        "number" => Ty::Number,
        "bool" => Ty::Bool,
        "int-or-string" => Ty::IntOrText,
        "quantity" => Ty::Quantity,
        "any" => Ty::Any,
        _ => match text.strip_prefix("atomic ") {
            Some(name) => Ty::Atomic(name.to_owned()),
            None => Ty::Named(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::KINDS;

    #[test]
    fn the_schema_is_whole() {
        let types = parse(include_str!("../../../assets/api/schema.txt")).unwrap();
        fn check(types: &BTreeMap<String, Struct>, at: &str, ty: &Ty) {
            match ty {
                Ty::Map(inner) | Ty::List(inner, _) => check(types, at, inner),
                Ty::Named(name) | Ty::Atomic(name) => assert!(types.contains_key(name), "{at}: no type {name}"),
                _ => {}
            }
        }
        for (name, ty) in &types {
            for field in &ty.fields {
                check(&types, &format!("{name}.{}", field.name), &field.ty);
            }
        }
        for kind in KINDS {
            assert!(types.contains_key(kind.kind), "no type {}", kind.kind);
        }
    }
}
