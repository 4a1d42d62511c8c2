//! Bodies that come and go in pieces, and work that goes on behind them.

use std::time::Duration;

use anyhow::Result;
use futures::{SinkExt, StreamExt};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};

use crate::fetch::post;

/// Answers before the request body has ended, and tells its length at the end.
pub async fn upload(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let response = crate::response(200);
    let mut body = response.take_body();
    out.set(response);
    body.send(b"ready\n".to_vec()).await?;
    let mut incoming = request.into_body_stream();
    let mut length = 0;
    while let Some(Ok(piece)) = incoming.next().await {
        length += piece.len();
    }
    body.send(length.to_string().into_bytes()).await?;
    Ok(())
}

/// Sends every piece of the request body back as it comes.
pub async fn pass(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let response = crate::response(200);
    let mut body = response.take_body();
    out.set(response);
    let mut incoming = request.into_body_stream();
    while let Some(Ok(piece)) = incoming.next().await {
        body.send(piece).await?;
    }
    Ok(())
}

/// Writes until nobody listens, then reports to the URL in the query.
pub async fn ticks(url: &str, out: ResponseOutparam) -> Result<()> {
    let response = crate::response(200);
    let mut body = response.take_body();
    out.set(response);
    let mut count = 0;
    while body.send(format!("tick {count}\n").into_bytes()).await.is_ok() {
        count += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    post(url, "the client left").await?;
    Ok(())
}

/// Answers, ends the response, and only then reports to the URL in the query.
pub async fn after(url: &str, out: ResponseOutparam) -> Result<()> {
    crate::text(out, 200, "answered").await?;
    std::thread::sleep(Duration::from_millis(200));
    post(url, "after the answer").await?;
    Ok(())
}

/// Reports to the URL in the query before it answers.
pub async fn before(url: &str, out: ResponseOutparam) -> Result<()> {
    std::thread::sleep(Duration::from_millis(200));
    post(url, "before the answer").await?;
    crate::text(out, 200, "answered").await
}
