use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::world::World;

/// An app that says always the same, and what it was asked.
async fn app(answer: &'static str) -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(String::new())));
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 64 * 1024];
            let length = stream.read(&mut request).await.unwrap();
            *kept.lock().unwrap() = String::from_utf8_lossy(&request[..length]).into_owned();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_call_goes_to_the_app_as_it_is_and_so_does_its_answer() {
    let world = World::new().await;
    let answer = "HTTP/1.1 418 x\r\ncontent-type: text/plain\r\nx-app: yes\r\nconnection: close\r\ncontent-length: 6\r\n\r\nteapot";
    let (address, asked) = app(answer).await;
    world.sidecar.deliver_to(address);

    let headers =
        [("dapr-api-token", "token-of-caller"), ("authorization", "Bearer x"), ("connection", "x-hop"), ("x-hop", "1")];
    let got = world.call("PATCH", "/v1.0/invoke/mcp/method/api/tasks/a%2Fb?q=1%202&r", &headers, "body").await;

    assert_eq!((got.status, got.body.as_str()), (418, "teapot"));
    assert_eq!(
        (&got.headers["x-app"], &got.headers["content-type"]),
        (&"yes".parse().unwrap(), &"text/plain".parse().unwrap())
    );
    assert!(!got.headers.contains_key("connection"));
    let asked = asked.lock().unwrap().to_lowercase();
    assert!(asked.starts_with("patch /api/tasks/a%2fb?q=1%202&r http/1.1\r\n"), "{asked}");
    assert!(asked.ends_with("\r\n\r\nbody"), "{asked}");
    assert!(asked.contains("dapr-api-token: token-of-app\r\n") && !asked.contains("token-of-caller"), "{asked}");
    assert!(asked.contains("authorization: bearer x\r\n") && !asked.contains("x-hop"), "{asked}");
    assert!(asked.contains(&format!("host: {address}\r\n")), "{asked}");
}

#[tokio::test]
async fn an_app_that_is_away_is_500_and_an_address_without_app_is_404() {
    let world = World::new().await;
    let unknown = world.get("/v1.0/invoke/mcp/method/x").await;
    assert_eq!(unknown.failure(), (500, "ERR_DIRECT_INVOKE".into()));

    world.sidecar.deliver_to(([127, 0, 0, 1], 1).into());
    let away = world.post("/v1.0/invoke/mcp/method/x", json!({})).await;
    assert_eq!(away.failure(), (500, "ERR_DIRECT_INVOKE".into()));
    assert!(away.json()["message"].as_str().unwrap().starts_with("failed to invoke, id: mcp, err: "), "{}", away.body);
    for path in ["/v1.0/invoke/mcp", "/v1.0/invoke/mcp/x", "/v1.0/invoke//method/x"] {
        assert_eq!(world.get(path).await.failure(), (404, "ERR_DIRECT_INVOKE".into()), "{path}");
    }
}
