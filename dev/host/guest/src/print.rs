//! Writes the request body to `stdout`, and a line to `stderr`.

use std::io::Write;

use anyhow::Result;
use spin_sdk::http::{IncomingRequest, ResponseOutparam};

pub async fn run(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let body = request.into_body().await.unwrap_or_default();
    std::io::stdout().write_all(&body)?;
    std::io::stdout().flush()?;
    std::io::stderr().write_all(b"to stderr")?;
    crate::text(out, 200, "printed").await
}
