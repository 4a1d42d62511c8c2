//! A document of another server, within ten seconds and a bound of bytes.

/// Gets a document. The error is for the log.
#[cfg(target_family = "wasm")]
pub async fn get(url: &str) -> Result<String, String> {
    use futures::future::{Either, select};
    use spin_sdk::http::{Request, Response, send};

    const MOST: usize = 256 * 1024;
    let answer = std::pin::pin!(send::<_, Response>(Request::get(url).build()));
    match select(answer, std::pin::pin!(seconds(10))).await {
        Either::Left((Ok(answer), _)) if *answer.status() == 200 && answer.body().len() <= MOST => {
            String::from_utf8(answer.into_body()).map_err(|_| "it is not text".to_owned())
        }
        Either::Left((Ok(answer), _)) => Err(format!("status {}, {} bytes", answer.status(), answer.body().len())),
        Either::Left((Err(error), _)) => Err(format!("{error:?}")),
        Either::Right(_) => Err("no answer within ten seconds".to_owned()),
    }
}

/// Ends after that many seconds. It is polled whenever anything has happened, so it looks at the clock each time.
#[cfg(target_family = "wasm")]
async fn seconds(seconds: u64) {
    use spin_executor::{CancelOnDropToken, push_waker_and_get_token};
    use std::task::Poll;
    use wasi::clocks::monotonic_clock::{now, subscribe_instant};

    let end = now() + seconds * 1_000_000_000;
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
pub async fn get(_url: &str) -> Result<String, String> {
    Err("only functions reach other servers".to_owned())
}
