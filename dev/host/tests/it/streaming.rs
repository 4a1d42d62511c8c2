use std::{convert::Infallible, pin::Pin, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::Frame;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::mpsc::{Sender, channel},
    time::timeout,
};

use crate::{app::App, client::open, upstream::Upstream};

type Pieces = Pin<Box<dyn futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;

/// A request body that goes as the test sends it.
fn pieces() -> (Sender<&'static str>, StreamBody<Pieces>) {
    let (sender, receiver) = channel::<&'static str>(1);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        let piece = receiver.recv().await?;
        Some((Ok(Frame::data(Bytes::from(piece))), receiver))
    });
    (sender, StreamBody::new(Box::pin(stream)))
}

#[tokio::test]
async fn a_response_begins_before_the_request_has_ended() {
    let app = App::start().await;
    let (sender, body) = pieces();
    let mut response = open(app.address, "POST", "/upload", &[], body).await.into_body();
    let first = response.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "ready\n");
    for piece in ["one", "two", "three"] {
        sender.send(piece).await.unwrap();
    }
    drop(sender);
    assert_eq!(response.collect().await.unwrap().to_bytes(), "11");
    app.stop().await;
}

#[tokio::test]
async fn pieces_go_in_and_out_one_by_one() {
    let app = App::start().await;
    let (sender, body) = pieces();
    let mut response = open(app.address, "POST", "/pass", &[], body).await.into_body();
    for piece in ["one", "two", "three"] {
        sender.send(piece).await.unwrap();
        assert_eq!(response.frame().await.unwrap().unwrap().into_data().unwrap(), piece);
    }
    drop(sender);
    assert!(response.frame().await.is_none());
    app.stop().await;
}

#[tokio::test]
async fn a_large_body_passes_whole() {
    let app = App::start().await;
    let body = "0123456789abcdef".repeat(512 * 1024);
    let answer = app.post("/pass", &body).await;
    assert_eq!(answer.body.len(), body.len());
    assert!(answer.body == body);
    app.stop().await;
}

#[tokio::test]
async fn a_guest_learns_at_its_next_write_that_the_client_has_left() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let path = format!("/ticks?{}", upstream.url("/"));
    let mut response = open(app.address, "GET", &path, &[], Empty::new()).await.into_body();
    response.frame().await.unwrap().unwrap();
    drop(response);
    let report = timeout(Duration::from_secs(5), upstream.next()).await.expect("the guest notices");
    assert_eq!(report, "the client left");
    app.stop().await;
}

#[tokio::test]
async fn a_guest_goes_on_after_its_response_has_ended() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let answer = app.get(&format!("/after?{}", upstream.url("/"))).await;
    assert_eq!(answer.body, "answered");
    assert_eq!(timeout(Duration::from_secs(5), upstream.next()).await.unwrap(), "after the answer");
    app.stop().await;
}

#[tokio::test]
async fn a_client_that_leaves_early_does_not_stop_what_it_started() {
    let mut upstream = Upstream::start().await;
    let app = App::with(&[("upstream_port", &upstream.port)]).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let request = format!("GET /before?{} HTTP/1.1\r\nhost: a\r\n\r\n", upstream.url("/"));
    stream.write_all(request.as_bytes()).await.unwrap();
    // The host answers a second request on another connection, so the first has begun by then.
    assert_eq!(app.get("/hello").await.body, "hello");
    drop(stream);
    assert_eq!(timeout(Duration::from_secs(5), upstream.next()).await.unwrap(), "before the answer");
    app.stop().await;
}
