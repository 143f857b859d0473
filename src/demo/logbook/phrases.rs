//! The words of the services: what each kind of program writes, with its levels, its stack traces of several lines, a
//! line that is very long now and then, and colours where such a program uses them.

use crate::demo::controller::Random;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// What an entry is about.
#[derive(Clone, Copy, Debug)]
pub enum Words {
    /// The entry with this number of a start.
    Start(usize),
    /// A day's work.
    Work,
    /// The entry with this number of a burst.
    Burst(u64),
    /// Asked to stop: the first and the second thing that is said then.
    Stopping(usize),
    /// Ends with a failure.
    Crash,
    /// Ends because it is done.
    Done,
}

/// The form of a program's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `level=info msg=…`: Go.
    Logfmt,
    /// One JSON object a line.
    Json,
    /// Java.
    Java,
    /// Python.
    Python,
    /// Node, with colours.
    Colours,
}

/// A program that writes a log.
#[derive(Clone, Debug)]
pub struct Voice {
    form: Form,
    service: String,
    image: String,
    pod: String,
    gap: SignedDuration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

impl Voice {
    /// The program in a container.
    pub fn of(container: &str, image: &str, pod: &str) -> Self {
        let sum = container.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let form = match container {
            "checkout" | "gradual-rollout" | "canary-demo" => Form::Logfmt,
            "payments" | "profile" => Form::Java,
            "ledger" => Form::Python,
            "web" => Form::Colours,
            "search" => Form::Json,
            _ => [Form::Logfmt, Form::Json, Form::Java, Form::Python, Form::Colours][sum % 5],
        };
        Self {
            form,
            service: container.to_owned(),
            image: image.to_owned(),
            pod: pod.to_owned(),
            gap: SignedDuration::from_millis(700 + i64::try_from(sum % 1_900).unwrap_or(0)),
        }
    }

    /// How far the entries of a day's work are apart.
    pub fn gap(&self) -> SignedDuration {
        self.gap
    }

    /// What it writes: one line or several.
    pub fn say(&self, words: Words, time: Timestamp, random: &mut Random) -> Vec<String> {
        match words {
            Words::Start(at) => vec![self.line(Level::Info, time, &self.start(at), random)],
            Words::Burst(at) => {
                let text = format!("handled request {at} {}", request(random));
                let level = if random.between(0, 200) == 0 { Level::Warn } else { Level::Info };
                vec![self.line(level, time, &text, random)]
            }
            Words::Work => self.work(time, random),
            Words::Stopping(0) => vec![self.line(Level::Info, time, "received SIGTERM, shutting down", random)],
            Words::Stopping(_) => {
                let open = random.between(0, 12);
                vec![self.line(Level::Info, time, &format!("drained {open} connections, bye"), random)]
            }
            Words::Done => vec![self.line(Level::Info, time, "done", random)],
            Words::Crash => {
                let what = "cannot open the connection pool: dial tcp 10.96.14.7:5432: connect: connection refused";
                let mut lines = vec![self.line(Level::Error, time, what, random)];
                lines.extend(self.trace(what, random));
                lines
            }
        }
    }

    fn start(&self, at: usize) -> String {
        match at {
            0 => format!("starting {} from {}", self.service, self.image),
            1 => format!("pod {}, 2 processors, memory limit 128Mi", self.pod),
            2 => "configuration read from /etc/config, 14 settings".to_owned(),
            3 => "connected to postgres://app:*****@db.shop.svc:5432/app".to_owned(),
            _ => "listening on :8080".to_owned(),
        }
    }

    fn work(&self, time: Timestamp, random: &mut Random) -> Vec<String> {
        match random.between(0, 1_000) {
            0..=3 => {
                let what = "payment provider answered 502 Bad Gateway";
                let mut lines = vec![self.line(Level::Error, time, what, random)];
                lines.extend(self.trace(what, random));
                lines
            }
            4..=12 => {
                let what = format!("request {} failed: context deadline exceeded", id(random));
                vec![self.line(Level::Error, time, &what, random)]
            }
            13..=45 => {
                let what = match random.between(0, 3) {
                    0 => format!("slow query: {} ms, orders_by_customer", random.between(400, 4_000)),
                    1 => format!("retry {} of 3: upstream inventory timed out", random.between(1, 4)),
                    _ => format!("cache is {} % full", random.between(80, 99)),
                };
                vec![self.line(Level::Warn, time, &what, random)]
            }
            46..=48 => {
                let items: Vec<String> = (0..random.between(60, 140))
                    .map(|_| format!("sku-{:06}×{}", random.between(0, 999_999), random.between(1, 9)))
                    .collect();
                vec![self.line(Level::Debug, time, &format!("basket {} holds {}", id(random), items.join(",")), random)]
            }
            // Programs do write such things.
            49..=54 => {
                let what = format!("calling https://hooks.example.com/orders?token={}{}", id(random), id(random));
                vec![self.line(Level::Debug, time, &what, random)]
            }
            55..=140 => {
                let what = format!("cache miss for customer {}", random.between(1_000, 99_999));
                vec![self.line(Level::Debug, time, &what, random)]
            }
            _ => vec![self.line(Level::Info, time, &request(random), random)],
        }
    }

    fn line(&self, level: Level, time: Timestamp, text: &str, random: &mut Random) -> String {
        let name = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        let stamp = time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ");
        match self.form {
            Form::Logfmt => format!("time={stamp} level={name} msg={text:?} trace={}", id(random)),
            Form::Json => {
                json!({"ts": stamp.to_string(), "level": name, "service": self.service, "msg": text, "trace": id(random)})
                    .to_string()
            }
            Form::Java => {
                let upper = name.to_uppercase();
                let thread = random.between(1, 17);
                format!("{} {upper:>5} 1 --- [nio-8080-exec-{thread}] com.shop.{}.Handler : {text}", time.strftime("%Y-%m-%d %H:%M:%S.%3f"), self.service)
            }
            Form::Python => format!("{} {} [{}] {text}", time.strftime("%Y-%m-%d %H:%M:%S,%3f"), name.to_uppercase(), self.service),
            Form::Colours => {
                let colour = match level {
                    Level::Debug => "90",
                    Level::Info => "32",
                    Level::Warn => "33",
                    Level::Error => "1;31",
                };
                format!("\u{1b}[{colour}m{name:<5}\u{1b}[0m \u{1b}[2m{}\u{1b}[0m {text}", time.strftime("%H:%M:%S.%3f"))
            }
        }
    }

    /// A stack trace in the form of the program.
    fn trace(&self, what: &str, random: &mut Random) -> Vec<String> {
        let service = &self.service;
        let mut at = || random.between(20, 480);
        match self.form {
            Form::Logfmt | Form::Json => vec![
                format!("panic: {what}"),
                String::new(),
                format!("goroutine {} [running]:", at()),
                format!("main.(*Server).handle(0xc000{:06x}, {{0x7f3a1c0, 0xc0001b2000}})", at()),
                format!("\t/src/{service}/server.go:{} +0x1a5", at()),
                "net/http.HandlerFunc.ServeHTTP(0xc0000b4000, {0x8c2f60, 0xc00012e0e0}, 0xc000134000)".to_owned(),
                "\t/usr/local/go/src/net/http/server.go:2294 +0x29".to_owned(),
            ],
            Form::Java => vec![
                format!("java.lang.IllegalStateException: {what}"),
                format!("\tat com.shop.{service}.Handler.handle(Handler.java:{})", at()),
                format!("\tat com.shop.{service}.Application.lambda$route$0(Application.java:{})", at()),
                "\tat org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:197)".to_owned(),
                "\tat java.base/java.lang.Thread.run(Thread.java:1583)".to_owned(),
                "Caused by: java.net.SocketTimeoutException: Read timed out".to_owned(),
                format!("\t... {} more", at()),
            ],
            Form::Python => vec![
                "Traceback (most recent call last):".to_owned(),
                format!("  File \"/app/{service}/main.py\", line {}, in handle", at()),
                "    return self.provider.charge(order)".to_owned(),
                format!("  File \"/app/{service}/provider.py\", line {}, in charge", at()),
                format!("{service}.provider.ProviderError: {what}"),
            ],
            Form::Colours => vec![
                format!("Error: {what}"),
                format!("    at Provider.charge (/app/src/provider.js:{}:17)", at()),
                format!("    at async handle (/app/src/routes/{service}.js:{}:5)", at()),
                "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)".to_owned(),
            ],
        }
    }
}

fn request(random: &mut Random) -> String {
    const PATHS: [&str; 8] = [
        "/healthz",
        "/cart",
        "/cart/items",
        "/orders",
        "/orders/recent",
        "/search?q=shoes",
        "/login",
        "/api/v2/prices",
    ];
    let path = PATHS[usize::try_from(random.next() % 8).unwrap_or(0)];
    let (method, status) = match random.between(0, 40) {
        0 => ("GET", 404),
        1 => ("POST", 429),
        2..=12 => ("POST", 201),
        _ => ("GET", 200),
    };
    format!("{method} {path} {status} {}ms", random.between(1, 180))
}

fn id(random: &mut Random) -> String {
    format!("{:08x}", random.next() >> 32)
}
