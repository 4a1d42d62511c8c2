//! TCP connections: HTTP/1.1 with keep-alive, with limits on the size of a request head and its time to
//! arrive.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::server::request;
use crate::server::served_app::ServedApp;

/// Limit of a request head in bytes, as in Spin.
const MAX_HEAD: usize = 128 * 1024;
/// Time for a request head to arrive, and for which an idle connection is kept: short enough against slow
/// senders, long enough for the connection pools of clients.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// Accepts connections until the server stops.
pub async fn accept(app: Arc<ServedApp>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.closing.cancelled() => return,
        };
        match accepted {
            Ok((stream, client)) => {
                app.tasks.spawn(serve(app.clone(), stream, client));
            }
            // Usually out of file descriptors, of which some become free when requests end.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn serve(app: Arc<ServedApp>, stream: TcpStream, client: SocketAddr) {
    // Fails only if the client has disconnected, which the next read reports.
    let _ = stream.set_nodelay(true);
    let respond = |request| {
        let app = app.clone();
        async move { Ok::<_, Infallible>(request::respond(&app, request, client).await) }
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service_fn(respond));
    let mut connection = pin!(connection);
    // Errors of a connection are the client's; those of guests are logged where they occur.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = app.closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ = connection => {}
        () = app.ended.cancelled() => {}
    }
}
