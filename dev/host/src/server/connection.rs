//! TCP connections: HTTP/1.1 with keep-alive, bounded in headers and in the time they may take to arrive.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use super::{Running, request};

/// Spin's bound for the fields of a request.
const LONGEST_HEAD: usize = 128 * 1024;
/// Bounds slow senders, and how long an idle connection is kept: short enough for the first, long enough for the pools of
/// clients.
const HEAD_TIME: Duration = Duration::from_secs(60);

pub async fn accept(app: Arc<Running>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.closing.cancelled() => return,
        };
        match accepted {
            Ok((stream, client)) => {
                app.tasks.spawn(serve(app.clone(), stream, client));
            }
            // Out of file handles, most likely: some are given back when requests end.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn serve(app: Arc<Running>, stream: TcpStream, client: SocketAddr) {
    // Fails only when the client has gone, which the next read finds out.
    let _ = stream.set_nodelay(true);
    let answer = |request| {
        let app = app.clone();
        async move { Ok::<_, Infallible>(request::answer(&app, request, client).await) }
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    let mut connection = pin!(connection);
    // How a connection ends is the client's affair; the guest's faults are logged where they happen.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = app.closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ = connection => {}
        () = app.ended.cancelled() => {}
    }
}
