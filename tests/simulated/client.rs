//! A bare HTTP client for the simulated cluster, so that no library stands between a test and the wire; and a world
//! without controllers to send to.

#![allow(dead_code, reason = "each test takes from this file what it needs")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its ground is missing")]

use rolltop::demo::clock::Clock;
use rolltop::demo::serve::{Running, start_world};
use rolltop::demo::store::{NAMESPACES, Store};
use rolltop::demo::world::{Cluster, World};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The events of a watch.
    pub fn events(&self) -> Vec<Value> {
        self.body.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

/// A request to `url` (`http://HOST:PORT`). `None`: the server hung up.
pub fn send(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).ok()?;
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").ok()?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n").ok()?;
    }
    write!(stream, "Content-Length: {}\r\n\r\n", body.len()).ok()?;
    stream.write_all(body).ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_lowercase(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut bytes = Vec::new();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                break;
            }
            let length = usize::from_str_radix(line.trim(), 16).ok()?;
            let mut chunk = vec![0; length + 2];
            // A stream that is cut ends in the middle.
            if reader.read_exact(&mut chunk).is_err() || length == 0 {
                break;
            }
            bytes.extend_from_slice(&chunk[..length]);
        }
    } else {
        reader.read_to_end(&mut bytes).ok()?;
    }
    Some(Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() })
}

/// The bearer token of a user in a kubeconfig: `test-admin`, `test-viewer` and so on.
pub fn token(running: &Running, user: &str) -> String {
    let file: Value = serde_saphyr::from_str(&running.kubeconfig).expect("the kubeconfig is YAML");
    let users = file["users"].as_array().expect("it has users");
    let found = users.iter().find(|one| one["name"] == user).unwrap_or_else(|| panic!("no user {user}"));
    found["user"]["token"].as_str().expect("the user has a token").to_owned()
}

/// Three clusters with the namespaces `demo` and `transcript`, and nothing that changes by itself.
pub fn world(start: &str) -> World {
    let clock = Clock::new(start.parse().expect("a time"), 0.0);
    let clusters = ["test", "staging", "production"].map(|name| {
        let store = Store::new(clock.clone(), 7);
        for namespace in ["default", "demo", "transcript", "reqs"] {
            let object = json!({"metadata": {"name": namespace}, "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"}});
            store.create(&NAMESPACES, object).expect("a new namespace");
        }
        Cluster::new(name, store, 0)
    });
    World { clusters: clusters.into(), clock }
}

/// That world, served.
pub fn serve(start: &str) -> Running {
    start_world(world(start), "127.0.0.1:0".parse().expect("an address"), "").expect("the world is served")
}
