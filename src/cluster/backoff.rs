//! Back-off: how long to wait before a source is tried again. From 0.8 s to 30 s, doubling, with jitter, so that
//! many bastions do not come back in step; a good while without trouble makes it forget.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

/// The times that govern watching. Tests shorten them; nothing else changes them.
#[derive(Clone, Copy, Debug)]
pub struct Tempo {
    /// The first wait after a failure.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
    /// A connection that was up this long counts as good: the next failure begins with the first wait again, and is
    /// followed by one silent try, because load balancers and API servers end watches as a matter of course.
    pub good: Duration,
    /// How long the server keeps a watch; asked for with `timeoutSeconds`. A server sends a bookmark two seconds before
    /// the end: so a cluster in which nothing happens is heard of in time for `stale_after` (15 s), and a connection
    /// that died in silence is found soon. A new watch from a known version costs the server next to nothing.
    pub watch: Duration,
    /// Quiet for this long on a watch that should have ended: the server is asked whether it is there.
    pub quiet: Duration,
    /// Wait while there is no Argo Rollouts, or the kubeconfig does not fit.
    pub person: Duration,
    /// Wait while not allowed, or not signed in.
    pub forbidden: Duration,
    /// How long a login command may run.
    pub login: Duration,
}

impl Default for Tempo {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(800),
            most: Duration::from_secs(30),
            good: Duration::from_secs(5),
            watch: Duration::from_secs(12),
            quiet: Duration::from_secs(20),
            person: Duration::from_mins(1),
            forbidden: Duration::from_mins(5),
            login: Duration::from_secs(30),
        }
    }
}

/// The waits of one source.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
    first: Duration,
    most: Duration,
}

impl Backoff {
    /// Begins with the first wait.
    pub fn new(tempo: &Tempo) -> Self {
        Self { next: tempo.first, first: tempo.first, most: tempo.most }
    }

    /// The next wait: between three quarters of the step and the whole of it.
    pub fn wait(&mut self) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(self.most);
        jitter(step)
    }

    /// Forgets earlier failures.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

/// Shortens a wait by up to a quarter, at random.
pub fn jitter(step: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1000;
    step.mul_f64(1.0 - random as f64 / 4000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_four_fifths_of_a_second_to_half_a_minute() {
        let mut backoff = Backoff::new(&Tempo::default());
        for step in [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0] {
            let wait = backoff.wait().as_secs_f64();
            assert!(wait <= step + 1e-9 && wait >= step * 0.75, "{wait} for {step}");
        }
        backoff.reset();
        assert!(backoff.wait() <= Duration::from_millis(800));
    }
}
