//! Streamed bodies, and work after the response.

use std::time::Duration;

use anyhow::Result;
use futures::{SinkExt, StreamExt};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};

use crate::fetch::post;

/// Begins the response before the request body has ended, and ends it with the length of the request body.
pub async fn upload(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let response = crate::response(200);
    let mut body = response.take_body();
    out.set(response);
    body.send(b"ready\n".to_vec()).await?;
    let mut incoming = request.into_body_stream();
    let mut length = 0;
    while let Some(Ok(chunk)) = incoming.next().await {
        length += chunk.len();
    }
    body.send(length.to_string().into_bytes()).await?;
    Ok(())
}

/// Streams the request body back.
pub async fn pass(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let response = crate::response(200);
    let mut body = response.take_body();
    out.set(response);
    let mut incoming = request.into_body_stream();
    while let Some(Ok(chunk)) = incoming.next().await {
        body.send(chunk).await?;
    }
    Ok(())
}

/// Writes until the client disconnects, then reports to the URL in the query.
pub async fn ticks(url: &str, out: ResponseOutparam) -> Result<()> {
    let response = crate::response(200);
    let mut body = response.take_body();
    out.set(response);
    let mut count = 0;
    while body.send(format!("tick {count}\n").into_bytes()).await.is_ok() {
        count += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    post(url, "the client disconnected").await?;
    Ok(())
}

/// Ends the response before it reports to the URL in the query.
pub async fn after(url: &str, out: ResponseOutparam) -> Result<()> {
    crate::text(out, 200, "answered").await?;
    std::thread::sleep(Duration::from_millis(200));
    post(url, "after the response").await?;
    Ok(())
}

/// Reports to the URL in the query before it responds.
pub async fn before(url: &str, out: ResponseOutparam) -> Result<()> {
    std::thread::sleep(Duration::from_millis(200));
    post(url, "before the response").await?;
    crate::text(out, 200, "answered").await
}
