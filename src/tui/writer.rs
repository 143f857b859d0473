//! The writer: the only thread that writes frames to the terminal, so that a slow or frozen terminal (Ctrl-S, a dead
//! link) holds up nobody else. At most one frame is under way; who wants to draw asks [`Writer::idle`] first and
//! otherwise draws the newest state later.

use super::guard;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// Hands frames to the writing thread.
#[derive(Debug)]
pub struct Writer {
    frames: Option<Sender<Vec<u8>>>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    busy: AtomicBool,
    /// How long the last write took, in microseconds.
    took: AtomicU64,
    /// Bytes written so far.
    bytes: AtomicU64,
}

/// What the writing thread tells.
#[derive(Debug)]
pub enum Told {
    /// The frame is written.
    Free,
    /// The terminal cannot be written to any more.
    Failed(io::Error),
}

impl Writer {
    /// Starts the thread on a copy of stdout. `tell` is called from it and must not block.
    ///
    /// # Errors
    /// When stdout cannot be duplicated or no thread can be started.
    pub fn start(tell: impl Fn(Told) + Send + 'static) -> io::Result<Self> {
        let out = File::from(rustix::io::dup(rustix::stdio::stdout())?);
        Self::to(out, tell)
    }

    fn to(mut out: impl Write + Send + 'static, tell: impl Fn(Told) + Send + 'static) -> io::Result<Self> {
        let (frames, incoming): (_, Receiver<Vec<u8>>) = channel();
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        std::thread::Builder::new().name("writer".into()).spawn(move || {
            for frame in incoming {
                let began = Instant::now();
                // After the end of the screen a frame would land on the shell's.
                let written =
                    if guard::is_closed() { Ok(()) } else { out.write_all(&frame).and_then(|()| out.flush()) };
                theirs.took.store(began.elapsed().as_micros() as u64, Ordering::Relaxed);
                theirs.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
                theirs.busy.store(false, Ordering::Release);
                match written {
                    Ok(()) => tell(Told::Free),
                    Err(error) => return tell(Told::Failed(error)),
                }
            }
        })?;
        Ok(Self { frames: Some(frames), shared })
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn idle(&self) -> bool {
        !self.shared.busy.load(Ordering::Acquire)
    }

    /// How long the last write took.
    #[must_use]
    pub fn last_took(&self) -> Duration {
        Duration::from_micros(self.shared.took.load(Ordering::Relaxed))
    }

    /// Bytes written so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::Relaxed)
    }

    /// Sends bytes. An empty frame is none.
    pub fn send(&self, frame: Vec<u8>) {
        if frame.is_empty() {
            return;
        }
        self.shared.busy.store(true, Ordering::Release);
        if let Some(frames) = &self.frames {
            // A writer that has failed has told so; there is nobody left to write for.
            let _ = frames.send(frame);
        }
    }

    /// Waits until all is written, at most for `limit`: before the modes of the terminal change.
    pub fn settle(&self, limit: Duration) {
        let until = Instant::now() + limit;
        while !self.idle() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.frames = None;
        self.settle(Duration::from_millis(300));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::sync_channel;

    /// Takes bytes only when it is let.
    struct Gate(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(io::Error::other)?;
            self.1.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frozen_terminal_keeps_the_writer_busy_and_nobody_else() {
        let (open, gate) = sync_channel(1);
        let (told, hears) = channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer::to(Gate(gate, written.clone()), move |what| told.send(what).unwrap()).unwrap();
        assert!(writer.idle());
        writer.send(b"frame".to_vec());
        assert!(!writer.idle(), "one frame is under way");
        open.send(()).unwrap();
        assert!(matches!(hears.recv().unwrap(), Told::Free));
        assert!(writer.idle());
        assert_eq!(*written.lock().unwrap(), b"frame");
        assert_eq!(writer.bytes(), 5);
    }

    #[test]
    fn an_empty_frame_is_not_written() {
        let writer = Writer::to(io::sink(), |_| ()).unwrap();
        writer.send(Vec::new());
        assert!(writer.idle());
    }

    #[test]
    fn a_terminal_that_is_gone_is_told_once() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from(io::ErrorKind::BrokenPipe))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (told, hears) = channel();
        let writer = Writer::to(Gone, move |what| told.send(what).unwrap()).unwrap();
        writer.send(b"x".to_vec());
        assert!(matches!(hears.recv().unwrap(), Told::Failed(_)));
        assert!(hears.recv().is_err(), "the thread has ended");
    }
}
