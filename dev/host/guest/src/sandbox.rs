//! Access that a component must not have.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use serde_json::json;
use spin_sdk::http::ResponseOutparam;

static CALLS: AtomicU64 = AtomicU64::new(0);

/// Responds with the number of calls of this instance.
pub async fn count(out: ResponseOutparam) -> Result<()> {
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    crate::text(out, 200, calls.to_string()).await
}

/// Responds with what the component can access.
pub async fn inspect(out: ResponseOutparam) -> Result<()> {
    let files = ["/", ".", "/etc/passwd", "spin.toml"];
    let readable = files.iter().filter(|path| std::fs::metadata(path).is_ok()).count();
    let connected = std::net::TcpStream::connect("127.0.0.1:22").map_err(|error| error.kind().to_string());
    let access = json!({
        "environment": std::env::vars().count(),
        "arguments": std::env::args().skip(1).count(),
        "files": readable,
        "written": std::fs::write("/tmp/written-by-guest", "x").is_ok(),
        "connected": connected.err(),
        "listened": std::net::TcpListener::bind("127.0.0.1:0").is_ok(),
        "resolved": std::net::ToSocketAddrs::to_socket_addrs("localhost:80").is_ok(),
    });
    crate::json(out, &access).await
}
