//! The virtual clock of the simulated cluster: it runs at a chosen speed, can be stopped and moved by hand, and wakes
//! who sleeps on it. Nothing else in this room asks for the time.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A clock; clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    reading: Mutex<Reading>,
    moved: watch::Sender<u64>,
}

#[derive(Debug)]
struct Reading {
    virtual_base: Timestamp,
    real_base: Instant,
    speed: f64,
}

impl Clock {
    /// A clock that shows `start` now and runs `speed` times as fast as real time; 0 stands still.
    #[must_use]
    pub fn new(start: Timestamp, speed: f64) -> Self {
        let (moved, _) = watch::channel(0);
        Self(Arc::new(Inner {
            reading: Mutex::new(Reading { virtual_base: start, real_base: Instant::now(), speed: speed.max(0.0) }),
            moved,
        }))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// The speed.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.lock().speed
    }

    /// Goes on at another speed from now.
    pub fn set_speed(&self, speed: f64) {
        {
            let mut reading = self.lock();
            reading.virtual_base = reading.now();
            reading.real_base = Instant::now();
            reading.speed = speed.max(0.0);
        }
        self.0.moved.send_modify(|n| *n += 1);
    }

    /// Shows another time from now on, also an earlier one: while a past is played, before anybody sleeps on it.
    pub fn set(&self, to: Timestamp) {
        {
            let mut reading = self.lock();
            reading.virtual_base = to;
            reading.real_base = Instant::now();
        }
        self.0.moved.send_modify(|n| *n += 1);
    }

    /// Moves ahead at once.
    pub fn advance(&self, by: SignedDuration) {
        {
            let mut reading = self.lock();
            reading.virtual_base = reading.now().saturating_add(by).unwrap_or(reading.virtual_base);
            reading.real_base = Instant::now();
        }
        self.0.moved.send_modify(|n| *n += 1);
    }

    /// Sleeps until the clock shows `until`.
    pub async fn sleep_until(&self, until: Timestamp) {
        let mut moved = self.0.moved.subscribe();
        loop {
            moved.borrow_and_update();
            let (now, speed) = {
                let reading = self.lock();
                (reading.now(), reading.speed)
            };
            let left = until.duration_since(now);
            if left <= SignedDuration::ZERO {
                return;
            }
            if speed > 0.0 {
                let real = Duration::from_secs_f64((left.as_secs_f64() / speed).clamp(0.001, 86_400.0));
                tokio::select! {
                    () = tokio::time::sleep(real) => {}
                    _ = moved.changed() => {}
                }
            } else {
                // The sender lives in `self`, so `changed` cannot fail while we sleep.
                let _ = moved.changed().await;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.0.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    fn now(&self) -> Timestamp {
        let real = self.real_base.elapsed().as_secs_f64() * self.speed;
        SignedDuration::try_from_secs_f64(real)
            .ok()
            .and_then(|passed| self.virtual_base.checked_add(passed).ok())
            .unwrap_or(self.virtual_base)
    }
}
