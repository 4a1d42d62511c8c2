use sidecar::{Sidecar, Tokens};
use tempfile::TempDir;

use crate::world::{FILES, LOCAL, NOWHERE, World, call, secrets};

#[tokio::test]
async fn without_the_token_only_health_can_be_read() {
    let data = TempDir::new().unwrap();
    std::fs::write(
        data.path().join("secrets.json"),
        secrets(NOWHERE, ([127, 0, 0, 1], 1).into()).to_string(),
    )
    .unwrap();
    let tokens = Tokens { api: "secret".into(), app: String::new() };
    let sidecar = Sidecar::start(FILES.as_ref(), data.path(), LOCAL, tokens).await.unwrap();
    let get = async |path: &str, token: &str| {
        call(sidecar.address(), "GET", path, &[("dapr-api-token", token)], "").await.status
    };

    assert_eq!(call(sidecar.address(), "GET", "/v1.0/healthz", &[], "").await.status, 204);
    assert_eq!(call(sidecar.address(), "GET", "/v1.0/healthz/outbound", &[], "").await.status, 204);
    assert_eq!(call(sidecar.address(), "POST", "/v1.0/healthz", &[], "").await.status, 401);
    let rejected = call(sidecar.address(), "GET", "/v1.0/secrets/secrets/bulk", &[], "").await;
    assert_eq!((rejected.status, rejected.body.as_str()), (401, "invalid api token\n"));
    assert_eq!(get("/v1.0/secrets/secrets/smtp", "wrong").await, 401);
    assert_eq!(get("/v1.0/invoke/x/method/y", "wrong").await, 401);
    assert_eq!(get("/v1.0/secrets/secrets/bulk", "secret").await, 200);
}

#[tokio::test]
async fn unknown_routes_and_invalid_requests_get_the_errors_of_dapr() {
    let world = World::new().await;

    for (method, path) in [
        ("GET", "/"),
        ("GET", "/v1.0/nothing"),
        ("DELETE", "/v1.0/bindings/email"),
        ("PATCH", "/v1.0/state/state"),
    ] {
        assert_eq!(
            world.call(method, path, &[], "").await.failure(),
            (404, "ERR_DIRECT_INVOKE".into()),
            "{method} {path}"
        );
    }
    assert_eq!(world.get("/v1.0/state/state/%zz").await.status, 400);
    let large = "x".repeat(4 * 1024 * 1024 + 1);
    assert_eq!(
        world.call("POST", "/v1.0/state/state", &[], &large).await.failure(),
        (400, "ERR_BODY_READ".into())
    );
}
