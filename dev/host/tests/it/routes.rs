use serde_json::json;

use crate::app::App;
use crate::client::{raw, send};

#[tokio::test]
async fn an_exact_route_wins_over_a_wildcard_and_a_longer_prefix_over_a_shorter() {
    let app = App::start().await;
    for (path, component) in [
        ("/", "every"),
        ("/other/path", "every"),
        ("/exact", "exact"),
        ("/exact/", "exact"),
        ("/exact/more", "every"),
        ("/wild", "wild"),
        ("/wild/a/b", "wild"),
        ("/wild/deep/a", "deep"),
        ("/param/1/of/2/3", "param"),
        ("/param/1", "every"),
    ] {
        assert_eq!(app.get(path).await.json()["component"], component, "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn headers_describe_the_request_to_its_component() {
    let app = App::start().await;
    let headers = [("host", "example.org:81"), ("x-own", "kept")];
    let request = send(app.address, "PUT", "/param/7/of/a%20b/rest/?q=1", &headers, "body").await.json();
    let header = |name: &str| request["headers"][name][0].clone();
    assert_eq!(request["method"], "PUT");
    assert_eq!(request["path"], "/param/7/of/a%20b/rest/?q=1");
    assert_eq!(request["body"], "body");
    assert_eq!(request["authority"], "example.org:81");
    assert_eq!(header("x-own"), "kept");
    assert_eq!(header("spin-full-url"), "http://example.org:81/param/7/of/a%20b/rest/?q=1");
    assert_eq!(header("spin-path-info"), "/rest/");
    assert_eq!(header("spin-matched-route"), "/param/:user_id/of/:thing/...");
    assert_eq!(header("spin-raw-component-route"), "/param/:user_id/of/:thing/...");
    assert_eq!(header("spin-component-route"), "/param/:user_id/of/:thing");
    assert_eq!(header("spin-base-path"), "/");
    assert_eq!(header("spin-path-match-user-id"), "7");
    assert_eq!(header("spin-path-match-thing"), "a%20b");
    assert!(header("spin-client-addr").as_str().unwrap().starts_with("127.0.0.1:"));
    app.stop().await;
}

#[tokio::test]
async fn reserved_paths_are_answered_by_the_host() {
    let app = App::start().await;
    assert_eq!(app.get("/.well-known/spin/health").await.body, "OK");
    assert_eq!(
        app.get("/.well-known/spin/info").await.json(),
        json!({ "name": "tests", "version": "1.2.3" })
    );
    assert!(app.get("/.well-known/spin/other").await.is_empty(404));
    app.stop().await;
}

#[tokio::test]
async fn a_response_to_head_has_no_body_and_connections_are_kept_alive() {
    let app = App::start().await;
    let response = send(app.address, "HEAD", "/hello", &[], "").await;
    assert!(response.is_empty(200));
    let twice =
        "GET /hello HTTP/1.1\r\nhost: a\r\n\r\nGET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    assert_eq!(raw(app.address, twice.as_bytes()).await.matches("HTTP/1.1 200").count(), 2);
    app.stop().await;
}
