//! Writes its request body to both outputs.

use anyhow::Result;
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use std::io::Write;

pub async fn run(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let body = request.into_body().await.unwrap_or_default();
    std::io::stdout().write_all(&body)?;
    std::io::stdout().flush()?;
    std::io::stderr().write_all(b"to stderr")?;
    crate::text(out, 200, "printed").await
}
