//! Measures the real release process in a pseudo-terminal, against `rolltop demo --serve` in a process of its own, and
//! prints a table in Markdown: what was measured, the aim beside it. `ROLLTOP_BENCH_SHORT=1` measures once and briefly.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench, not the program"
)]

#[path = "../tests/support/pty.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod pty;

#[path = "process/screens.rs"]
mod screens;
#[path = "process/served.rs"]
mod served;

use pty::Begin;
use served::{BINARY, Served, complete, cursor, median, peak, processor, share};
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Prints a row of the table.
fn row(what: &str, measured: &str, aim: &str) {
    println!("| {what} | {measured} | {aim} |");
    let _ = std::io::stdout().flush();
}

/// How long and how often is measured.
struct Table {
    short: bool,
}

impl Table {
    fn runs(&self) -> usize {
        if self.short { 1 } else { 5 }
    }

    fn seconds(&self) -> u64 {
        if self.short { 5 } else { 30 }
    }

    fn start_and_memory(&self, load: usize, ratio: Option<&str>, memory: &str) {
        let served = Served::start("quiet", &["--load", &load.to_string()]);
        let list = "/apis/argoproj.io/v1alpha1/rollouts";
        let (mut raws, mut starts, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs() {
            raws.push(served.raw("GET", list, "application/json", "").1.as_secs_f64() * 1e3);
            let began = Instant::now();
            let session = served.screen().start();
            complete(&session, load);
            starts.push(began.elapsed().as_secs_f64() * 1e3);
            session.pauses_for(Duration::from_secs(1));
            peaks.push(peak(&session));
        }
        let (raw, start) = (median(raws), median(starts));
        if let Some(aim) = ratio {
            let measured = format!("{:.2} ({start:.0} ms : {raw:.0} ms)", start / raw);
            row(&format!("start to first complete screen : raw list, {load} rollouts"), &measured, aim);
        }
        row(&format!("peak memory, {load} rollouts"), &format!("{:.1} MB", median(peaks)), memory);
    }

    fn idle(&self) {
        let served = Served::start("quiet", &[]);
        let session = served.screen().start();
        complete(&session, 0);
        session.rests_for(Duration::from_secs(3));
        let (bytes, used) = (session.bytes().len(), processor(&session));
        session.pauses_for(Duration::from_secs(self.seconds()));
        let written = session.bytes().len() - bytes;
        let busy = (processor(&session) - used) / self.seconds() as f64 * 100.0;
        row(&format!("written while idle for {} s", self.seconds()), &format!("{written} bytes"), "0");
        row("processor while idle", &format!("{busy:.2} %"), "~0");
    }

    /// From a new image to the end: two timed pauses of 30 s with their countdowns, one that is promoted at once.
    fn progress(&self) {
        let served = Served::start("gradual", &[]);
        let session = served.screen().start();
        session.until("the rollout", |text| text.contains("1 service ") && text.contains("✓ live"));
        session.rests_for(Duration::from_secs(3));
        let before = session.bytes().len();
        let path = "/apis/argoproj.io/v1alpha1/namespaces/demo/rollouts/gradual-rollout";
        let image = r#"[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"argoproj/rollouts-demo:green"}]"#;
        served.raw("PATCH", path, "application/json-patch+json", image);
        let began = Instant::now();
        session.until("the pause", |text| text.contains("1/6") && text.contains('‖'));
        if !self.short {
            let promote = r#"{"status":{"pauseConditions":null}}"#;
            served.raw("PATCH", &format!("{path}/status"), "application/merge-patch+json", promote);
            session.until("the first timed pause", |text| text.contains("3/6"));
            session.until("the second timed pause", |text| text.contains("5/6"));
            session.until("the end", |text| text.contains("✓ green"));
        }
        let rate = (session.bytes().len() - before) as f64 / began.elapsed().as_secs_f64();
        let what = if self.short { "written while one rollout begins" } else { "written while one rollout progresses" };
        row(what, &format!("{rate:.0} bytes/s"), "< 60");
    }

    /// One event: the next step and its weight. The rollout is one that no controller looks after.
    fn weight_change(&self) {
        let served = Served::start("quiet", &["--load", "1"]);
        let session = served.screen().start();
        complete(&session, 1);
        let list = served.list("/apis/argoproj.io/v1alpha1/rollouts");
        let mut all = list["items"].as_array().expect("items").iter().map(|item| &item["metadata"]);
        let made = all.find(|meta| meta["namespace"] != "demo").expect("the made one");
        let text = |name: &str| made[name].as_str().expect("a name").to_owned();
        let path =
            format!("/apis/argoproj.io/v1alpha1/namespaces/{}/rollouts/{}/status", text("namespace"), text("name"));
        let mut costs = Vec::new();
        for _ in 0..self.runs() {
            for (step, cost) in [(1, false), (2, true)] {
                let status =
                    format!(r#"{{"status":{{"phase":"Progressing","currentStepIndex":{step},"stableRS":"other"}}}}"#);
                let before = session.bytes().len();
                served.raw("PATCH", &path, "application/merge-patch+json", &status);
                session.until("the step", |text| text.contains(&format!("{step}/6")));
                session.rests_for(Duration::from_millis(700));
                if cost {
                    costs.push((session.bytes().len() - before) as f64);
                }
                session.rests_for(Duration::from_secs(2));
            }
        }
        row("written per weight change, 80x24", &format!("{:.0} bytes", median(costs)), "≤ 200");
    }

    fn keys(&self) {
        let served = Served::start("quiet", &["--load", "1000", "--churn", "1000"]);
        let mut session = served.screen().start();
        complete(&session, 1_000);
        let mut times = Vec::new();
        for turn in 0..if self.short { 50 } else { 300 } {
            let before = cursor(&session.screen());
            let began = Instant::now();
            session.send(if turn % 2 == 0 { "j" } else { "k" });
            session.until("the cursor to move", |text| cursor(text).is_some_and(|now| Some(now) != before));
            times.push(began.elapsed().as_secs_f64() * 1e3);
            session.pauses_for(Duration::from_millis(20));
        }
        let (half, most) = (share(times.clone(), 0.5), share(times, 0.99));
        row("key to frame at 1,000 events/s, p50", &format!("{half:.1} ms"), "< 16 ms");
        row("key to frame at 1,000 events/s, p99", &format!("{most:.1} ms"), "< 16 ms");
    }

    fn demo_and_hangup(&self) {
        let (mut first, mut whole, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.runs() {
            let began = Instant::now();
            let mut session = Begin::new(&["demo"]).start();
            session.until("a frame", |text| text.contains("rolltop"));
            first.push(began.elapsed().as_secs_f64() * 1e3);
            session.until("all of it", |text| text.contains("web") && text.matches("✓ live").count() == 3);
            whole.push(began.elapsed().as_secs_f64() * 1e3);
            let began = Instant::now();
            session.signal(rustix::process::Signal::HUP);
            assert_eq!(session.ends(), 129);
            ends.push(began.elapsed().as_secs_f64() * 1e3);
        }
        row("`demo`: process start to first frame", &format!("{:.0} ms", median(first)), "< 100 ms");
        row("`demo`: process start to the whole overview", &format!("{:.0} ms", median(whole)), "< 1,000 ms");
        row("SIGHUP to the end of the process", &format!("{:.0} ms", median(ends)), "< 1,000 ms");
    }
}

fn main() {
    // `cargo test --all-targets` builds this too, and must not measure a debug build for minutes.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let table = Table { short: std::env::var_os("ROLLTOP_BENCH_SHORT").is_some() };
    // `ROLLTOP_BENCH=logs,rows` measures these parts alone.
    let only = std::env::var("ROLLTOP_BENCH").unwrap_or_default();
    type Part = (&'static str, fn(&Table));
    let parts: [Part; 10] = [
        ("start", |table| {
            table.start_and_memory(200, Some("≤ 1.5"), "< 18 MB");
            table.start_and_memory(1_000, Some("≤ 1.5"), "< 25 MB");
            table.start_and_memory(10_000, None, "< 60 MB");
        }),
        ("idle", |table| {
            table.idle();
            screens::idle(table);
        }),
        ("progress", |table| {
            table.progress();
            table.weight_change();
        }),
        ("keys", Table::keys),
        ("rows", screens::rows),
        ("logs", screens::logs),
        ("pods", screens::pods),
        ("metrics", screens::metrics),
        ("documents", screens::documents),
        ("demo", Table::demo_and_hangup),
    ];
    println!("| what | measured | aim |\n| --- | --- | --- |");
    for (_, measure) in parts.iter().filter(|(name, _)| only.is_empty() || only.split(',').any(|part| part == *name)) {
        measure(&table);
    }
    let size = std::fs::metadata(BINARY).map_or(f64::NAN, |file| file.len() as f64 / 1e6);
    row("size of the binary", &format!("{size:.1} MB"), "< 15 MB");
}
