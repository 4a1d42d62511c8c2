use serde_json::json;

use crate::{
    app::App,
    client::{raw, send},
};

#[tokio::test]
async fn exact_beats_wildcard_and_the_longest_prefix_wins() {
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
async fn a_component_is_told_how_it_was_reached() {
    let app = App::start().await;
    let headers = [("host", "example.org:81"), ("x-own", "kept")];
    let told = send(app.address, "PUT", "/param/7/of/a%20b/rest/?q=1", &headers, "body").await.json();
    let header = |name: &str| told["headers"][name][0].clone();
    assert_eq!(told["method"], "PUT");
    assert_eq!(told["path"], "/param/7/of/a%20b/rest/?q=1");
    assert_eq!(told["body"], "body");
    assert_eq!(told["authority"], "example.org:81");
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
async fn the_hosts_own_paths_are_answered_without_a_component() {
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
async fn head_is_answered_without_a_body_and_a_connection_is_kept() {
    let app = App::start().await;
    let answer = send(app.address, "HEAD", "/hello", &[], "").await;
    assert!(answer.is_empty(200));
    let twice =
        "GET /hello HTTP/1.1\r\nhost: a\r\n\r\nGET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    assert_eq!(raw(app.address, twice.as_bytes()).await.matches("HTTP/1.1 200").count(), 2);
    app.stop().await;
}
