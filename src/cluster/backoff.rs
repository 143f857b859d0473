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
    /// How long the server keeps a watch; asked for with `timeoutSeconds`, so whole seconds. Short on purpose: each
    /// new watch goes on from the last version and brings what was missed, which is the one proof that a quiet
    /// cluster is quiet and the connection of the watch not dead. An answer on any other connection proves nothing.
    pub watch: Duration,
    /// Quiet for this long on a watch, which should have ended before: it is a dead one.
    pub quiet: Duration,
    /// Watches without any event or bookmark for this long: a list comes next.
    pub mute: Duration,
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
            watch: Duration::from_secs(8),
            quiet: Duration::from_secs(11),
            mute: Duration::from_mins(1),
            person: Duration::from_mins(1),
            forbidden: Duration::from_mins(5),
            login: Duration::from_secs(30),
        }
    }
}

impl Tempo {
    /// For data that counts as stale at this age: a quiet cluster is heard of twice in that time, but not more often
    /// than every second.
    pub fn for_age(stale_after: Duration) -> Self {
        let usual = Self::default();
        let watch = Duration::from_secs((stale_after / 2).as_secs()).clamp(Duration::from_secs(1), usual.watch);
        Self { watch, quiet: watch + watch.min(usual.quiet.saturating_sub(usual.watch)), ..usual }
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
    fn a_quiet_cluster_is_heard_of_before_it_counts_as_stale() {
        for (stale_after, watch) in [(15, 7), (5, 2), (1, 1), (90, 8), (0, 1)] {
            let tempo = Tempo::for_age(Duration::from_secs(stale_after));
            assert_eq!(tempo.watch, Duration::from_secs(watch), "{stale_after} s");
            assert!(tempo.quiet > tempo.watch);
        }
    }

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
