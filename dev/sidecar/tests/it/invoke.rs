use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::world::World;

/// Starts an app with a fixed response. Returns its address and the last request that it received.
async fn app(response: &'static str) -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, received) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(String::new())));
    let last_request = Arc::clone(&received);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 64 * 1024];
            let length = stream.read(&mut request).await.unwrap();
            *last_request.lock().unwrap() = String::from_utf8_lossy(&request[..length]).into_owned();
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    (address, received)
}

#[tokio::test]
async fn a_request_and_its_response_are_forwarded_unchanged() {
    let world = World::new().await;
    let response = "HTTP/1.1 418 x\r\ncontent-type: text/plain\r\nx-app: yes\r\nconnection: close\r\ncontent-length: 6\r\n\r\nteapot";
    let (address, received) = app(response).await;
    world.sidecar.deliver_to(address);

    let headers = [
        ("dapr-api-token", "token-of-caller"),
        ("authorization", "Bearer x"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
    ];
    let got =
        world.call("PATCH", "/v1.0/invoke/mcp/method/api/tasks/a%2Fb?q=1%202&r", &headers, "body").await;

    assert_eq!((got.status, got.body.as_str()), (418, "teapot"));
    assert_eq!(
        (&got.headers["x-app"], &got.headers["content-type"]),
        (&"yes".parse().unwrap(), &"text/plain".parse().unwrap())
    );
    assert!(!got.headers.contains_key("connection"));
    let received = received.lock().unwrap().to_lowercase();
    assert!(received.starts_with("patch /api/tasks/a%2fb?q=1%202&r http/1.1\r\n"), "{received}");
    assert!(received.ends_with("\r\n\r\nbody"), "{received}");
    assert!(
        received.contains("dapr-api-token: token-of-app\r\n") && !received.contains("token-of-caller"),
        "{received}"
    );
    assert!(received.contains("authorization: bearer x\r\n") && !received.contains("x-hop"), "{received}");
    assert!(received.contains(&format!("host: {address}\r\n")), "{received}");
}

#[tokio::test]
async fn an_unreachable_app_is_500_and_a_path_without_app_id_is_404() {
    let world = World::new().await;
    let unknown = world.get("/v1.0/invoke/mcp/method/x").await;
    assert_eq!(unknown.failure(), (500, "ERR_DIRECT_INVOKE".into()));

    world.sidecar.deliver_to(([127, 0, 0, 1], 1).into());
    let unreachable = world.post("/v1.0/invoke/mcp/method/x", json!({})).await;
    assert_eq!(unreachable.failure(), (500, "ERR_DIRECT_INVOKE".into()));
    assert!(
        unreachable.json()["message"].as_str().unwrap().starts_with("failed to invoke, id: mcp, err: "),
        "{}",
        unreachable.body
    );
    for path in ["/v1.0/invoke/mcp", "/v1.0/invoke/mcp/x", "/v1.0/invoke//method/x"] {
        assert_eq!(world.get(path).await.failure(), (404, "ERR_DIRECT_INVOKE".into()), "{path}");
    }
}
