//! Traps, endless loops and excessive memory.

use std::time::Duration;

use anyhow::Result;
use futures::SinkExt;
use spin_sdk::http::ResponseOutparam;

/// Traps before the response (by default) or after its head (`late`), or ends without one (`silent`).
pub async fn trap(when: &str, out: ResponseOutparam) -> Result<()> {
    match when {
        "silent" => Ok(()),
        "late" => {
            let response = crate::response(200);
            let mut body = response.take_body();
            out.set(response);
            let _ = body.send(b"begun".to_vec()).await;
            panic!("this guest traps after the head");
        }
        _ => panic!("this guest traps before the head"),
    }
}

pub async fn burn(out: ResponseOutparam) -> Result<()> {
    let mut number = 1_u64;
    while number != 0 {
        number = std::hint::black_box(number | 1);
    }
    crate::text(out, 200, "unreachable").await
}

pub async fn sleep(milliseconds: &str, out: ResponseOutparam) -> Result<()> {
    std::thread::sleep(Duration::from_millis(crate::number(milliseconds)));
    crate::text(out, 200, "slept").await
}

pub async fn allocate(mebibytes: &str, out: ResponseOutparam) -> Result<()> {
    let bytes = vec![1_u8; (crate::number(mebibytes) << 20) as usize];
    crate::text(out, 200, std::hint::black_box(bytes).len().to_string()).await
}
