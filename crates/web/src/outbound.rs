//! Requests to other servers: each within a time, with a bounded answer.

use spin_sdk::variables;

/// Sends a JSON body, or asks for a document where there is none. Returns the status and what it says. The error is for the
/// log.
#[cfg(target_family = "wasm")]
pub async fn send(
    url: &str,
    headers: &[(&str, &str)],
    body: Option<Vec<u8>>,
    within_ms: u64,
) -> Result<(u16, Vec<u8>), String> {
    use futures::future::{Either, select};
    use spin_sdk::http::{Method, Request, Response, send};

    const MOST: usize = 256 * 1024;
    let mut request = Request::builder();
    request.uri(url).method(if body.is_some() { Method::Post } else { Method::Get });
    for (name, value) in headers {
        request.header(*name, *value);
    }
    let answer = std::pin::pin!(send::<_, Response>(request.body(body.unwrap_or_default()).build()));
    match select(answer, std::pin::pin!(wait(within_ms))).await {
        Either::Left((Ok(answer), _)) if answer.body().len() <= MOST => Ok((*answer.status(), answer.into_body())),
        Either::Left((Ok(answer), _)) => Err(format!("an answer of {} bytes", answer.body().len())),
        Either::Left((Err(error), _)) => Err(format!("{error:?}")),
        Either::Right(_) => Err(format!("no answer within {within_ms} ms")),
    }
}

/// Asks Dapr's sidecar, as [`send`] does.
pub async fn send_dapr(path: &str, body: Option<Vec<u8>>, within_ms: u64) -> Result<(u16, Vec<u8>), String> {
    let variable = |name| variables::get(name).unwrap_or_default();
    let (url, token) = (variable("dapr_url") + path, variable("dapr_api_token"));
    let headers = [("content-type", "application/json"), ("dapr-api-token", token.as_str())];
    send(&url, &headers, body, within_ms).await
}

/// Asks Dapr's sidecar for a document, and waits for it: for handlers, which are plain functions.
#[cfg(target_family = "wasm")]
pub fn ask_dapr(path: &str, within_ms: u64) -> Result<(u16, Vec<u8>), String> {
    spin_executor::run(send_dapr(path, None, within_ms))
}

/// Ends after that many milliseconds. It is polled whenever anything has happened, so it looks at the clock each time.
#[cfg(target_family = "wasm")]
pub async fn wait(ms: u64) {
    use spin_executor::{CancelOnDropToken, push_waker_and_get_token};
    use std::task::Poll;
    use wasi::clocks::monotonic_clock::{now, subscribe_instant};

    let end = now() + ms * 1_000_000;
    let mut waiting = None;
    std::future::poll_fn(move |context| {
        if now() >= end {
            drop(waiting.take());
            return Poll::Ready(());
        }
        let token = push_waker_and_get_token(subscribe_instant(end), context.waker().clone());
        drop(waiting.replace(CancelOnDropToken::from(token)));
        Poll::Pending
    })
    .await;
}

/// Functions are Wasm; only their tables of routes are used natively.
#[cfg(not(target_family = "wasm"))]
pub async fn send(
    _url: &str,
    _headers: &[(&str, &str)],
    _body: Option<Vec<u8>>,
    _within_ms: u64,
) -> Result<(u16, Vec<u8>), String> {
    Err("only functions reach other servers".to_owned())
}

/// Only functions reach other servers.
#[cfg(not(target_family = "wasm"))]
pub fn ask_dapr(_path: &str, _within_ms: u64) -> Result<(u16, Vec<u8>), String> {
    Err("only functions reach other servers".to_owned())
}

/// Only functions wait.
#[cfg(not(target_family = "wasm"))]
pub async fn wait(_ms: u64) {}
