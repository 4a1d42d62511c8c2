//! Clock and timer of the functions.

use std::task::Poll;
use std::time::{SystemTime, UNIX_EPOCH};

use spin_executor::{CancelOnDropToken, push_waker_and_get_token};
use wasi::clocks::monotonic_clock::{now, subscribe_instant};

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Ends after that many milliseconds. The executor polls it after every event of any future, so it checks the
/// clock each time.
pub async fn wait(ms: u64) {
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
