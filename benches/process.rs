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

use pty::{Begin, Home, Session};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_rolltop");

/// A simulated cluster in a process of its own.
struct Served {
    child: Child,
    home: Home,
    kubeconfig: PathBuf,
    host: String,
}

impl Served {
    fn start(scenario: &str, more: &[&str]) -> Self {
        let home = Home::new();
        let kubeconfig = home.path().join("kubeconfig");
        let mut command = Command::new(BINARY);
        command.args(["demo", "--serve", "--scenario", scenario, "--kubeconfig-out"]).arg(&kubeconfig).args(more);
        command.env_clear().envs(home.environment()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the simulated cluster starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("its output")).read_line(&mut line).expect("it says `ready`");
        let host = line.trim().strip_prefix("ready http://").expect("`ready URL`").to_owned();
        Self { child, home, kubeconfig, host }
    }

    /// The screen on all namespaces of its production cluster.
    fn screen(&self) -> Begin {
        let file = self.kubeconfig.display().to_string();
        Begin::new(&["--kubeconfig", &file, "--context", "production", "-A"]).home(&self.home)
    }

    /// A request with nothing between it and the wire: the body, and how long it took.
    fn raw(&self, method: &str, path: &str, content: &str, body: &str) -> (String, Duration) {
        let began = Instant::now();
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        write!(
            stream,
            "{method} /clusters/production{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer \
             simulated-production-admin\r\nContent-Type: {content}\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let took = began.elapsed();
        assert!(answer.starts_with("HTTP/1.1 2"), "{method} {path}: {}", &answer[..answer.len().min(300)]);
        (answer, took)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value below which this share of the values lie.
fn share(mut all: Vec<f64>, share: f64) -> f64 {
    all.sort_by(f64::total_cmp);
    let at = ((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1));
    all.get(at).copied().unwrap_or(f64::NAN)
}

fn thousands(n: usize) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", n / 1_000, n % 1_000) }
}

/// Waits for the screen with all rollouts on it: the five of the scenario, and the made ones.
fn complete(session: &Session, load: usize) {
    let count = format!("{} services", thousands(load + 5));
    session.until(&count, |text| text.contains(&count) && text.contains("✓ live"));
}

/// Peak memory of a process in MB (10^6 bytes). Where there is no `/proc`, what it holds now.
fn peak(session: &Session) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", session.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).or_else(|| {
        let ps = Command::new("ps").args(["-o", "rss=", "-p", &session.pid().to_string()]).output().ok()?;
        String::from_utf8_lossy(&ps.stdout).trim().parse().ok()
    });
    kib.unwrap_or(f64::NAN) * 1_024.0 / 1e6
}

/// Processor time that a process has used, in seconds.
fn processor(session: &Session) -> f64 {
    let ps = Command::new("ps").args(["-o", "time=", "-p", &session.pid().to_string()]).output();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", session.pid())).unwrap_or_default();
    // After the name, which may hold blanks: user and system time are the 12th and 13th field, in hundredths.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    match (fields.get(11).and_then(|n| n.parse::<f64>().ok()), fields.get(12).and_then(|n| n.parse::<f64>().ok())) {
        (Some(user), Some(system)) => (user + system) / 100.0,
        _ => ps.ok().map_or(f64::NAN, |ps| {
            let text = String::from_utf8_lossy(&ps.stdout).trim().replace(',', ".");
            text.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap_or(f64::NAN))
        }),
    }
}

/// The row of the cursor.
fn cursor(text: &str) -> Option<usize> {
    text.lines().position(|line| line.starts_with('›'))
}

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
        let (answer, _) = served.raw("GET", "/apis/argoproj.io/v1alpha1/rollouts", "application/json", "");
        let body = &answer[answer.find('{').expect("a body")..=answer.rfind('}').expect("a body")];
        let list: serde_json::Value = serde_json::from_str(&body.replace("\r\n", "")).expect("a list");
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
    println!("| what | measured | aim |\n| --- | --- | --- |");
    table.start_and_memory(200, Some("≤ 1.5"), "< 18 MB");
    table.start_and_memory(1_000, Some("≤ 1.5"), "< 25 MB");
    table.start_and_memory(10_000, None, "< 60 MB");
    table.idle();
    table.progress();
    table.weight_change();
    table.keys();
    table.demo_and_hangup();
    let size = std::fs::metadata(BINARY).map_or(f64::NAN, |file| file.len() as f64 / 1e6);
    row("size of the binary", &format!("{size:.1} MB"), "< 15 MB");
}
