//! Measures the way of log lines from three pods to the loop's mailbox, over real HTTP: 5,000 lines a second as they come,
//! and a flood as quickly as it is taken. Prints a table in Markdown.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench, not the program"
)]

use jiff::Timestamp;
use rolltop::argo::feed::{LogNews, LogSource, LogsId, News, Order};
use rolltop::cluster::hub::{Access, Hub, Scope, Target};
use rolltop::cluster::kubeconfig;
use rolltop::engine::mailbox::Mailbox;
use rolltop::names::{RolloutKey, SourceId};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

const PODS: usize = 3;

/// Answers requests for logs with so many lines a second per pod (`None`: without pause), and leaves all others open.
fn serve(per_second: Option<u32>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(answer(&stream, per_second)));
        }
    });
    url
}

fn answer(stream: &TcpStream, per_second: Option<u32>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut line) = (String::new(), String::new());
    reader.read_line(&mut first)?;
    while line.trim() != "" || line.is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let mut out = stream;
    out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")?;
    if !first.contains("/log?") {
        loop {
            std::thread::park();
        }
    }
    let began = Instant::now();
    let mut sent = 0_u32;
    loop {
        // Every ten milliseconds what is due by then.
        let due = per_second.map_or(500, |rate| (began.elapsed().as_secs_f64() * f64::from(rate)) as u32 - sent);
        let mut text = String::new();
        for n in 0..due {
            let (now, number) = (Timestamp::now(), sent + n);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{now} level=info msg=\"served\" request={number} took=12ms");
        }
        sent += due;
        if !text.is_empty() {
            out.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())?;
        }
        if per_second.is_some() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

struct Measured {
    lines: usize,
    dropped: u64,
    most_waiting: usize,
    ages: Vec<f64>,
    busy: f64,
}

/// Reads for so long, taking news as often as the loop does between two frames.
fn measure(per_second: Option<u32>, seconds: u64, frame: Duration) -> Measured {
    let url = serve(per_second);
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{url}'}}}}]\ncontexts: [{{name: b, context: \
         {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{}}}}]\n"
    );
    let kubeconfig = kubeconfig::from_text(&text).expect("a kubeconfig").kubeconfig;
    let access = Access { kubeconfig, timeout: Duration::from_secs(5), read_only: true };
    let source = SourceId(0);
    let target = Target { source, context: "b".into(), scope: Scope::All, selector: None };
    let mailbox = Mailbox::default();
    let sink = mailbox.clone();
    let hub = Hub::start(access, vec![target], std::sync::Arc::new(move |news| sink.news(news)));
    let sources =
        (0..PODS).map(|n| LogSource { pod: format!("p{n}").into(), container: "c".into(), previous: false }).collect();
    let key = RolloutKey { source, namespace: "shop".into(), name: "web".into() };
    hub.order(Order::OpenLogs { logs: LogsId(1), key, sources, tail: 10 });
    let mut found = Measured { lines: 0, dropped: 0, most_waiting: 0, ages: Vec::new(), busy: 0.0 };
    let (began, used) = (Instant::now(), processor());
    while began.elapsed() < Duration::from_secs(seconds) {
        std::thread::sleep(frame);
        let mut waiting = 0;
        loop {
            let batch = mailbox.take(Some(Instant::now()), 256);
            let now = Timestamp::now();
            for news in batch.news {
                match news {
                    News::Logs(_, LogNews::Dropped(count)) => found.dropped += count,
                    News::Logs(_, LogNews::Lines(lines)) => {
                        waiting += lines.len();
                        let age = |at: Timestamp| now.duration_since(at).as_secs_f64() * 1e3;
                        found.ages.extend(lines.iter().filter_map(|line| line.at.map(age)));
                    }
                    _ => {}
                }
            }
            if !batch.more {
                break;
            }
        }
        found.lines += waiting;
        found.most_waiting = found.most_waiting.max(waiting);
    }
    found.busy = (processor() - used) / began.elapsed().as_secs_f64() * 100.0;
    found
}

/// Processor time of this process so far, in seconds; with the server of the measurement in it.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|n| n.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (field(11) + field(12)) / 100.0
}

fn share(all: &mut [f64], share: f64) -> f64 {
    all.sort_by(f64::total_cmp);
    let at = ((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1));
    all.get(at).copied().unwrap_or(f64::NAN)
}

fn main() {
    // `cargo test --all-targets` builds this too, and must not measure a debug build.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let seconds = if std::env::var_os("ROLLTOP_BENCH_SHORT").is_some() { 3 } else { 15 };
    println!("| three pods | lines/s taken | dropped | most waiting | age p50 | age p99 | processor |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (what, rate, frame) in [
        ("5,000 lines/s, looked at every 33 ms", Some(5_000 / PODS as u32), Duration::from_millis(33)),
        ("flood, looked at every 33 ms", None, Duration::from_millis(33)),
        ("flood, looked at once a second", None, Duration::from_secs(1)),
    ] {
        let mut found = measure(rate, seconds, frame);
        println!(
            "| {what} | {} | {} | {} | {:.0} ms | {:.0} ms | {:.0} % |",
            found.lines as u64 / seconds,
            found.dropped,
            found.most_waiting,
            share(&mut found.ages, 0.5),
            share(&mut found.ages, 0.99),
            found.busy,
        );
    }
}
