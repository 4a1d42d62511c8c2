use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::Frame;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::timeout;

use crate::app::App;
use crate::client::open;
use crate::upstream::Upstream;

type Chunks = Pin<Box<dyn futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;

/// Request body whose chunks the test sends one by one.
fn chunks() -> (Sender<&'static str>, StreamBody<Chunks>) {
    let (sender, receiver) = channel::<&'static str>(1);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        let chunk = receiver.recv().await?;
        Some((Ok(Frame::data(Bytes::from(chunk))), receiver))
    });
    (sender, StreamBody::new(Box::pin(stream)))
}

#[tokio::test]
async fn a_response_begins_before_the_request_has_ended() {
    let app = App::start().await;
    let (sender, body) = chunks();
    let mut response = open(app.address, "POST", "/upload", &[], body).await.into_body();
    let first = response.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "ready\n");
    for chunk in ["one", "two", "three"] {
        sender.send(chunk).await.unwrap();
    }
    drop(sender);
    assert_eq!(response.collect().await.unwrap().to_bytes(), "11");
    app.stop().await;
}

#[tokio::test]
async fn chunks_are_streamed_in_both_directions() {
    let app = App::start().await;
    let (sender, body) = chunks();
    let mut response = open(app.address, "POST", "/pass", &[], body).await.into_body();
    for chunk in ["one", "two", "three"] {
        sender.send(chunk).await.unwrap();
        assert_eq!(response.frame().await.unwrap().unwrap().into_data().unwrap(), chunk);
    }
    drop(sender);
    assert!(response.frame().await.is_none());
    app.stop().await;
}

#[tokio::test]
async fn a_large_body_is_complete() {
    let app = App::start().await;
    let body = "0123456789abcdef".repeat(512 * 1024);
    let response = app.post("/pass", &body).await;
    assert_eq!(response.body.len(), body.len());
    assert!(response.body == body);
    app.stop().await;
}

#[tokio::test]
async fn a_write_fails_after_the_client_has_disconnected() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let path = format!("/ticks?{}", upstream.url("/"));
    let mut response = open(app.address, "GET", &path, &[], Empty::new()).await.into_body();
    response.frame().await.unwrap().unwrap();
    drop(response);
    let report = timeout(Duration::from_secs(5), upstream.next()).await.expect("the write fails");
    assert_eq!(report, "the client disconnected");
    app.stop().await;
}

#[tokio::test]
async fn a_guest_runs_on_after_the_end_of_its_response() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let response = app.get(&format!("/after?{}", upstream.url("/"))).await;
    assert_eq!(response.body, "answered");
    assert_eq!(timeout(Duration::from_secs(5), upstream.next()).await.unwrap(), "after the response");
    app.stop().await;
}

#[tokio::test]
async fn a_client_that_disconnects_does_not_stop_its_request() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let request = format!("GET /before?{} HTTP/1.1\r\nhost: a\r\n\r\n", upstream.url("/"));
    stream.write_all(request.as_bytes()).await.unwrap();
    // By the response to a second request, the first has begun.
    assert_eq!(app.get("/hello").await.body, "hello");
    drop(stream);
    assert_eq!(timeout(Duration::from_secs(5), upstream.next()).await.unwrap(), "before the response");
    app.stop().await;
}
