//! Consequence: what a deploy will cause, told before it is confirmed, in the words of Argo Rollouts.

/// What becomes of one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// `Rollout/web`.
    pub object: String,
    /// In kind, for who decides by it.
    pub effect: Effect,
    /// In words, the most important first: `new revision 7`, `canary, 6 steps`, `first stop: waits for you at 10 %`.
    pub words: Vec<String>,
    /// What should not be overlooked.
    pub warnings: Vec<String>,
}

/// What becomes of a workload, in kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is not there yet: all pods at once, no steps, no analysis.
    First,
    /// A new revision is rolled out by its strategy.
    Revision,
    /// A rollout that is under way begins again.
    StartsOver,
    /// More or fewer pods of the same version.
    Scaled,
    /// It is changed, and no pod with it.
    Quiet,
    /// Nothing changes.
    Nothing,
    /// It cannot be told.
    Unknown,
}

impl Effect {
    /// As scripts read it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first-deployment",
            Self::Revision => "new-revision",
            Self::StartsOver => "starts-over",
            Self::Scaled => "scaled",
            Self::Quiet => "no-rollout",
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
        }
    }

    /// Whether pods are replaced.
    #[must_use]
    pub const fn rolls_out(self) -> bool {
        matches!(self, Self::First | Self::Revision | Self::StartsOver)
    }
}
