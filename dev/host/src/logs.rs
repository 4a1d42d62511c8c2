//! Where lines go. Every line is one JSON object that names its function, whatever the guest wrote.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError},
};

/// What a line may be long. A guest that writes without line ends must not fill the memory of the host.
const LONGEST_LINE: usize = 64 * 1024;

/// Where the lines of guests go, and what the host has to say about them.
#[derive(Clone, Default)]
pub enum Logs {
    #[default]
    Stdout,
    /// Kept, for tests.
    Captured(Arc<Mutex<Vec<String>>>),
}

impl Logs {
    /// Lines are kept and can be read back with [`Logs::lines`].
    pub fn captured() -> Self {
        Self::Captured(Arc::default())
    }

    /// The lines that were kept so far.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Stdout => Vec::new(),
            Self::Captured(lines) => lines.lock().expect("no holder panics").clone(),
        }
    }

    /// A line of the host itself about a function.
    pub(crate) fn error(&self, function: &str, message: &str) {
        self.write(message_line("error", function, message));
    }

    fn write(&self, mut line: String) {
        match self {
            Self::Captured(lines) => lines.lock().expect("no holder panics").push(line),
            Self::Stdout => {
                line.push('\n');
                // A reader that went away is no reason to stop serving.
                let _ = std::io::stdout().lock().write_all(line.as_bytes());
            }
        }
    }

    fn guest_line(&self, level: &str, function: &str, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        match serde_json::from_str::<Map<String, Value>>(line) {
            Ok(object) if object.contains_key("function") => self.write(line.to_owned()),
            Ok(mut object) => {
                object.insert("function".into(), function.into());
                self.write(Value::Object(object).to_string());
            }
            Err(_) => self.write(message_line(level, function, line)),
        }
    }
}

fn message_line(level: &str, function: &str, message: &str) -> String {
    let timestamp = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({ "timestamp": timestamp, "level": level, "message": message, "function": function }).to_string()
}

/// `stdout` or `stderr` of one instance: gathers bytes until a line is whole.
#[derive(Clone)]
pub(crate) struct GuestOutput(Arc<Mutex<Lines>>);

struct Lines {
    logs: Logs,
    level: &'static str,
    function: Arc<str>,
    line: Vec<u8>,
}

impl GuestOutput {
    pub fn new(logs: &Logs, level: &'static str, function: &Arc<str>) -> Self {
        let lines = Lines { logs: logs.clone(), level, function: function.clone(), line: Vec::new() };
        Self(Arc::new(Mutex::new(lines)))
    }
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) {
        let mut pieces = bytes.split(|byte| *byte == b'\n');
        if let Some(rest) = pieces.next() {
            self.append(rest);
        }
        for piece in pieces {
            self.end_line();
            self.append(piece);
        }
    }

    fn append(&mut self, piece: &[u8]) {
        let room = LONGEST_LINE.saturating_sub(self.line.len());
        self.line.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn end_line(&mut self) {
        self.logs.guest_line(self.level, &self.function, &self.line);
        self.line.clear();
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            self.end_line();
        }
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for this, which the linker does not offer.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> Result<(), StreamError> {
        self.0.lock().expect("no holder panics").take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    fn check_write(&mut self) -> Result<usize, StreamError> {
        Ok(LONGEST_LINE)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {}
}
