//! The local clock, as the rest of the program reads it: the system's, or that of the simulated cluster, which may run
//! faster. What is told of times (`heard`, `next try`, how far a cluster is ahead) is told by this one.

use jiff::{SignedDuration, Timestamp};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A clock; clones are the same one.
#[derive(Clone)]
pub struct LocalClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl LocalClock {
    /// A clock that is read by this function.
    #[must_use]
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// The time after a wait.
    #[must_use]
    pub fn after(&self, wait: Duration) -> Timestamp {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
        self.now().saturating_add(wait).unwrap_or(Timestamp::MAX)
    }
}

impl Default for LocalClock {
    /// The system's.
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for LocalClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LocalClock").field(&self.now()).finish()
    }
}
