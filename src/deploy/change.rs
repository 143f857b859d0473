//! Change: one field of an object that would become another one, as lines with a sign in front.

/// One field, or one subtree, that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field as people read it: `spec.template.spec.containers[web].image`; empty: the whole object.
    pub path: String,
    /// Its JSON pointer in the object that is deployed; for what goes, of the nearest field around it.
    pub pointer: String,
    /// What it belongs to: decides the order, and whether it starts a rollout.
    pub section: Section,
    /// The lines: what was, what will be, and what stays between the two.
    pub lines: Vec<Line>,
}

/// One line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whether it goes, comes or stays.
    pub sign: Sign,
    /// Its text, as YAML; masked where it is secret.
    pub text: String,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is there and stays.
    Kept,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

impl Sign {
    /// As differences have it.
    #[must_use]
    pub const fn mark(self) -> char {
        match self {
            Self::Kept => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// What a change is about, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// The pod template: a change of it starts a rollout.
    PodTemplate,
    /// How it is rolled out.
    Strategy,
    /// How many pods.
    Replicas,
    /// Of a Service: where traffic goes.
    Service,
    /// Anything else.
    Rest,
}

impl Section {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PodTemplate => "pod template",
            Self::Strategy => "strategy",
            Self::Replicas => "replicas",
            Self::Service => "service",
            Self::Rest => "other",
        }
    }
}
