//! Logs: the containers that are read for one stream, each by a request of its own.

use super::backoff::Tempo;
use super::hub::Sink;
use super::leg::Shared;
use super::log_source::Reading;
use crate::argo::feed::{LogNews, LogSource, LogsId, News, Trouble, TroubleKind};
use crate::names::Namespace;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Containers that are read at once, at most: each is a request that stays open.
pub const MOST: usize = 10;
/// Time that a line takes at least, over all containers that are read: 20,000 a second. What a person follows is far
/// below; what is above is not read for the time being, and the node keeps it.
const PER_LINE: Duration = Duration::from_micros(50);
/// A burst may be read at once up to this much of that time.
const BURST: Duration = Duration::from_millis(100);

/// What is asked for.
pub struct Asked {
    /// Number for the answers.
    pub logs: LogsId,
    /// Where the pods are.
    pub namespace: Namespace,
    /// Which containers.
    pub sources: Vec<LogSource>,
    /// Lines of each from before now.
    pub tail: u32,
}

/// Reads and follows until the task is dropped.
pub async fn keep(asked: Asked, tempo: Tempo, shared: Arc<Shared>, sink: Sink, valve: Valve) {
    let Asked { logs, namespace, sources, tail } = asked;
    for at in MOST..sources.len() {
        sink(News::Logs(logs, LogNews::Down(at, too_many(sources.len()), false)));
    }
    let readings = sources.into_iter().take(MOST).enumerate().map(|(at, source)| {
        let told = Out { logs, at, sink: Arc::clone(&sink), valve: valve.clone() };
        Reading::new(namespace.clone(), source, tail, told).keep(tempo, &shared)
    });
    futures::future::join_all(readings).await;
}

fn too_many(count: usize) -> Trouble {
    let sentence = format!("{count} containers were asked for, {MOST} are read at once: this one is not");
    let hint = Some("choose fewer containers".to_owned());
    Trouble { kind: TroubleKind::Throttled, raw: sentence.clone(), sentence, hint }
}

/// Where one container's news go.
pub struct Out {
    logs: LogsId,
    /// Its index among those that were asked for.
    pub at: usize,
    sink: Sink,
    valve: Valve,
}

impl Out {
    /// Tells.
    pub fn tell(&self, news: LogNews) {
        (self.sink)(News::Logs(self.logs, news));
    }

    /// Waits until more lines may be read, after so many.
    pub async fn pass(&self, lines: usize) {
        self.valve.pass(lines).await;
    }
}

/// Bounds how quickly logs are read, all streams together: clones are the same one. Nothing is kept: who is not read
/// waits.
#[derive(Clone, Debug, Default)]
pub struct Valve(Arc<Mutex<Option<Instant>>>);

impl Valve {
    async fn pass(&self, lines: usize) {
        if let Some(until) = self.until(Instant::now(), lines) {
            tokio::time::sleep_until(until).await;
        }
    }

    /// Until when nothing more is read, after so many lines; `None`: it goes on at once.
    fn until(&self, now: Instant, lines: usize) -> Option<Instant> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cost = PER_LINE.saturating_mul(u32::try_from(lines).unwrap_or(u32::MAX));
        let free = slot.map_or(now, |free| free.max(now)) + cost;
        *slot = Some(free);
        Some(free.checked_sub(BURST)?).filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_streams_share_one_valve() {
        let valve = Valve::default();
        let streams: Vec<Valve> = (0..10).map(|_| valve.clone()).collect();
        let began = Instant::now();
        let mut now = began;
        for _ in 0..10 {
            for stream in &streams {
                now = stream.until(now, 400).unwrap_or(now);
            }
        }
        assert_eq!(now - began, Duration::from_secs(2).saturating_sub(BURST), "40,000 lines");
    }

    #[test]
    fn a_stream_is_read_no_quicker_than_twenty_thousand_lines_a_second() {
        let valve = Valve::default();
        let began = Instant::now();
        let mut now = began;
        for _ in 0..4 {
            assert_eq!(valve.until(now, 500), None, "a burst is read at once");
        }
        for _ in 0..80 {
            now = valve.until(now, 500).unwrap_or(now);
        }
        assert_eq!(now - began, Duration::from_secs(2));
        let later = now + Duration::from_mins(1);
        assert_eq!(valve.until(later, 500), None, "quiet times are not saved up for long");
        assert!((0..20).any(|_| valve.until(later, 500).is_some()));
    }
}
