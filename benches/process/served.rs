//! What is measured, and how: a simulated cluster in a process of its own, the program in a pseudo-terminal, its memory and
//! its processor time.

use crate::pty::{Begin, Home, Session};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const BINARY: &str = env!("CARGO_BIN_EXE_rolltop");

/// A simulated cluster in a process of its own.
pub struct Served {
    child: Child,
    home: Home,
    kubeconfig: PathBuf,
    host: String,
}

impl Served {
    pub fn start(scenario: &str, more: &[&str]) -> Self {
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
    pub fn screen(&self) -> Begin {
        let file = self.kubeconfig.display().to_string();
        Begin::new(&["--kubeconfig", &file, "--context", "production", "-A"]).home(&self.home)
    }

    /// A request with nothing between it and the wire: the body, and how long it took.
    pub fn raw(&self, method: &str, path: &str, content: &str, body: &str) -> (String, Duration) {
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

impl Served {
    /// The list behind a path, in JSON.
    pub fn list(&self, path: &str) -> serde_json::Value {
        let (answer, _) = self.raw("GET", path, "application/json", "");
        let body = &answer[answer.find('{').expect("a body")..=answer.rfind('}').expect("a body")];
        serde_json::from_str(&body.replace("\r\n", "")).expect("a list")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value below which this share of the values lie.
pub fn share(mut all: Vec<f64>, share: f64) -> f64 {
    all.sort_by(f64::total_cmp);
    let at = ((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1));
    all.get(at).copied().unwrap_or(f64::NAN)
}

pub fn thousands(n: usize) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", n / 1_000, n % 1_000) }
}

/// Waits for the screen with all rollouts on it: the five of the scenario, and the made ones.
pub fn complete(session: &Session, load: usize) {
    let count = format!("{} services", thousands(load + 5));
    session.until(&count, |text| text.contains(&count) && text.contains("✓ live"));
}

/// Peak memory of a process in MB (10^6 bytes). Where there is no `/proc`, what it holds now.
pub fn peak(session: &Session) -> f64 {
    memory(session, "VmHWM:")
}

/// Memory of a process at this moment in MB (10^6 bytes).
pub fn held(session: &Session) -> f64 {
    memory(session, "VmRSS:")
}

fn memory(session: &Session, of: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", session.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(of));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).or_else(|| {
        let ps = Command::new("ps").args(["-o", "rss=", "-p", &session.pid().to_string()]).output().ok()?;
        String::from_utf8_lossy(&ps.stdout).trim().parse().ok()
    });
    kib.unwrap_or(f64::NAN) * 1_024.0 / 1e6
}

/// Bytes that it has written so far.
pub fn count(session: &Session) -> usize {
    session.bytes().len()
}

/// Processor time that a process has used, in seconds.
pub fn processor(session: &Session) -> f64 {
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
pub fn cursor(text: &str) -> Option<usize> {
    text.lines().position(|line| line.starts_with('›'))
}
