//! Log lines. Each is one JSON object with the name of its function, whatever the guest wrote.

use std::io::Write;
use std::sync::{Arc, Mutex};

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// Destination of the lines of guests and of the host.
#[derive(Clone, Default)]
pub enum Logs {
    /// Standard output.
    #[default]
    Stdout,
    /// Memory, for tests.
    Captured(Arc<Mutex<Vec<String>>>),
}

impl Logs {
    /// Returns a destination in memory, to be read with [`Logs::lines`].
    pub fn captured() -> Self {
        Self::Captured(Arc::default())
    }

    /// Returns the lines captured so far.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Stdout => Vec::new(),
            Self::Captured(lines) => lines.lock().expect("the lock is not poisoned").clone(),
        }
    }

    /// Logs an error of the host about a request to a function.
    pub(crate) fn error(&self, function: &str, correlation_id: &str, message: &str) {
        self.write(message_line("error", function, correlation_id, message));
    }

    fn write(&self, mut line: String) {
        match self {
            Self::Captured(lines) => lines.lock().expect("the lock is not poisoned").push(line),
            Self::Stdout => {
                line.push('\n');
                // A closed pipe must not stop the server.
                let _ = std::io::stdout().lock().write_all(line.as_bytes());
            }
        }
    }

    /// Logs a line of a guest, as it is if it is a JSON object that names its function. Text gets the
    /// correlation id of the request too: it may be the last line before a trap.
    pub(crate) fn guest_line(&self, level: &str, function: &str, correlation_id: &str, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        match serde_json::from_str::<Map<String, Value>>(line) {
            Ok(object) if object.contains_key("function") => self.write(line.to_owned()),
            Ok(mut object) => {
                object.insert("function".into(), function.into());
                self.write(Value::Object(object).to_string());
            }
            Err(_) => self.write(message_line(level, function, correlation_id, line)),
        }
    }
}

fn message_line(level: &str, function: &str, correlation_id: &str, message: &str) -> String {
    let line = json!({
        "timestamp": Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        "level": level,
        "message": message,
        "correlation_id": correlation_id,
        "function": function,
    });
    line.to_string()
}
