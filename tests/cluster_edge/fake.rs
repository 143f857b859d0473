//! A scripted server: raw HTTP/1.1, one thread per connection, answering what a test says. It can keep silent, cut a
//! connection in the middle, and be of a kind that the simulated cluster is not.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn is(&self, method: &str, words: &[&str]) -> bool {
        self.method == method && words.iter().all(|word| self.target.contains(word))
    }
}

/// What is answered.
pub enum Reply {
    /// A whole answer.
    Json(u16, Value),
    /// A whole answer that is no JSON.
    Text(u16, String),
    /// Lines of a watch as they are sent; the end of the channel ends the answer.
    Lines(mpsc::Receiver<Piece>),
    /// No answer; the connection stays.
    Silence,
}

/// A part of a watch, or of a log.
pub enum Piece {
    Line(Value),
    /// As it is, without a newline.
    Text(String),
    /// The connection breaks.
    Cut,
}

/// How a log goes on after what it says.
pub enum Then {
    /// It stays open and silent.
    Stays,
    /// It ends in good order.
    Ends,
    /// The connection breaks.
    Breaks,
}

/// A log that says this.
pub fn log(text: &str, then: &Then) -> Reply {
    let (send, receive) = mpsc::channel();
    if !text.is_empty() {
        send.send(Piece::Text(text.to_owned())).unwrap();
    }
    match *then {
        Then::Stays => std::mem::forget(send),
        Then::Ends => {}
        Then::Breaks => send.send(Piece::Cut).unwrap(),
    }
    Reply::Lines(receive)
}

/// A watch that says this and then stays open and silent.
pub fn open_watch(lines: Vec<Value>) -> Reply {
    let (send, receive) = mpsc::channel();
    for line in lines {
        send.send(Piece::Line(line)).unwrap();
    }
    // Never dropped: the watch stays open for as long as the test runs.
    std::mem::forget(send);
    Reply::Lines(receive)
}

/// A Status object.
pub fn status(code: u16, reason: &str, message: &str) -> Reply {
    let status = serde_json::json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code,
    });
    Reply::Json(code, status)
}

type Script = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// The server; it lives as long as the test process.
pub struct Fake {
    pub url: String,
    log: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    pub fn start(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let (script, seen): (Script, _) = (Arc::new(script), Arc::clone(&log));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, seen) = (Arc::clone(&script), Arc::clone(&seen));
                std::thread::spawn(move || drop(serve(&stream, &script, &seen)));
            }
        });
        Self { url, log }
    }

    pub fn requests(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }

    pub fn count(&self, method: &str, words: &[&str]) -> usize {
        self.requests().iter().filter(|seen| seen.is(method, words)).count()
    }

    /// A kubeconfig with one context, `fake`, and this user.
    pub fn kubeconfig(&self, user: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: fake\nclusters: [{{name: c, cluster: {{server: '{}'}}}}]\n\
             contexts: [{{name: fake, context: {{cluster: c, user: u, namespace: own}}}}]\nusers: [{{name: u, user: {user}}}]\n",
            self.url
        )
    }
}

fn serve(stream: &TcpStream, script: &Script, log: &Mutex<Vec<Seen>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut out = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut words = first.split_whitespace();
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut seen = Seen { method: method.into(), target: target.into(), headers: Vec::new(), body: String::new() };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((key, value)) = line.trim().split_once(':') else { break };
            seen.headers.push((key.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = seen.header("content-length").parse().unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        seen.body = String::from_utf8(body).unwrap();
        log.lock().unwrap().push(seen.clone());
        match script(&seen) {
            Reply::Json(code, value) => whole(out, code, "application/json", &value.to_string())?,
            Reply::Text(code, text) => whole(out, code, "text/plain", &text)?,
            Reply::Silence => loop {
                std::thread::park();
            },
            Reply::Lines(pieces) => {
                out.write_all(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                )?;
                for piece in pieces {
                    match piece {
                        Piece::Cut => return stream.shutdown(std::net::Shutdown::Both),
                        Piece::Line(value) => chunk(out, &format!("{value}\n"))?,
                        Piece::Text(text) => chunk(out, &text)?,
                    }
                }
                out.write_all(b"0\r\n\r\n")?;
            }
        }
    }
}

fn chunk(mut out: &TcpStream, text: &str) -> std::io::Result<()> {
    out.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
}

fn whole(mut out: &TcpStream, code: u16, kind: &str, body: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
    out.write_all(head.as_bytes())?;
    out.write_all(body.as_bytes())
}
