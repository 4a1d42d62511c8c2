//! Probes of programs that are starting.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const INTERVAL: Duration = Duration::from_millis(20);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);

/// Sends a request to a local port until the response begins as expected. Returns false after a while without
/// such a response.
pub async fn responds(port: u16, request: &str, expected: &str, patience: Duration) -> bool {
    let start = Instant::now();
    loop {
        let attempt = timeout(ATTEMPT_TIMEOUT, ask(port, request, expected.len())).await;
        if matches!(attempt, Ok(Ok(response)) if response == expected.as_bytes()) {
            return true;
        }
        if start.elapsed() > patience {
            return false;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Returns a GET request.
pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
}

/// Sends a request and returns the first bytes of the response.
async fn ask(port: u16, request: &str, length: usize) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = vec![0; length];
    stream.read_exact(&mut response).await?;
    Ok(response)
}
