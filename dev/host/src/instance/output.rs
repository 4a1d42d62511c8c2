//! `stdout` and `stderr` of a guest, logged line by line.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError};

use crate::logs::Logs;

/// Longest line in bytes; the rest is dropped. A guest that writes no line breaks must not fill the host's
/// memory.
const MAX_LINE: usize = 64 * 1024;

/// `stdout` or `stderr` of one instance.
#[derive(Clone)]
pub struct GuestOutput(Arc<Mutex<LineBuffer>>);

struct LineBuffer {
    logs: Logs,
    level: &'static str,
    function: Arc<str>,
    correlation_id: Arc<str>,
    line: Vec<u8>,
}

impl GuestOutput {
    pub fn new(logs: &Logs, level: &'static str, function: &Arc<str>, correlation_id: &Arc<str>) -> Self {
        Self(Arc::new(Mutex::new(LineBuffer {
            logs: logs.clone(),
            level,
            function: function.clone(),
            correlation_id: correlation_id.clone(),
            line: Vec::new(),
        })))
    }
}

impl LineBuffer {
    fn write(&mut self, bytes: &[u8]) {
        let mut parts = bytes.split(|byte| *byte == b'\n');
        if let Some(rest_of_line) = parts.next() {
            self.append(rest_of_line);
        }
        for part in parts {
            self.end_line();
            self.append(part);
        }
    }

    fn append(&mut self, part: &[u8]) {
        let free = MAX_LINE.saturating_sub(self.line.len());
        self.line.extend_from_slice(&part[..part.len().min(free)]);
    }

    fn end_line(&mut self) {
        self.logs.guest_line(self.level, &self.function, &self.correlation_id, &self.line);
        self.line.clear();
    }
}

impl Drop for LineBuffer {
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
        // Used by WASI 0.3 only, which the linker does not provide.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> Result<(), StreamError> {
        self.0.lock().expect("the lock is not poisoned").write(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StreamError> {
        Ok(())
    }

    fn check_write(&mut self) -> Result<usize, StreamError> {
        Ok(MAX_LINE)
    }
}

#[async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {}
}
