use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_component_calls_a_private_one_by_its_name() {
    let app = App::start().await;
    let url = "http://hidden.spin.internal/a/b?c=1";
    let call = json!({ "url": url, "headers": [["x-own", "kept"]], "body": "sent" });
    let response = app.post("/fetch", call).await.json();
    assert_eq!(response["status"], 200, "{response}");
    let request: serde_json::Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
    assert_eq!(request["component"], "hidden");
    assert_eq!(
        (&request["method"], &request["path"], &request["body"]),
        (&json!("POST"), &json!("/a/b?c=1"), &json!("sent"))
    );
    assert_eq!(request["headers"]["x-own"], json!(["kept"]));
    assert_eq!(request["headers"]["spin-path-info"], json!(["/a/b"]));
    assert_eq!(request["headers"]["spin-matched-route"], json!(["/..."]));
    assert_eq!(request["headers"]["spin-full-url"], json!(["http://localhost/a/b?c=1"]));
    assert_eq!(request["headers"]["spin-client-addr"], json!(["0.0.0.0:0"]));
    app.stop().await;
}

#[tokio::test]
async fn clients_cannot_call_a_private_component() {
    let app = App::start().await;
    let request = app.get("/hidden").await.json();
    assert_eq!(request["component"], "every");
    app.stop().await;
}

#[tokio::test]
async fn a_callee_that_fails_is_a_500_for_its_caller() {
    let app = App::start().await;
    let response = app.post("/fetch", json!({ "url": "http://hidden.spin.internal/trap" })).await.json();
    assert_eq!((&response["status"], &response["body"]), (&json!(500), &json!("")));
    app.stop().await;
}

#[tokio::test]
async fn calling_an_unknown_component_ends_the_caller() {
    let app = App::start().await;
    assert!(app.post("/fetch", json!({ "url": "http://nowhere.spin.internal/" })).await.is_error(500));
    app.stop().await;
}

#[tokio::test]
async fn a_component_that_is_not_allowed_is_not_called() {
    let app = App::start().await;
    let response = app.post("/fetch", json!({ "url": "http://exact.spin.internal/" })).await.json();
    assert!(response["error"].as_str().unwrap().contains("HttpRequestDenied"), "{response}");
    app.stop().await;
}

#[tokio::test]
async fn a_component_calls_its_own_app() {
    let app = App::start().await;
    let response = app.post("/fetch", json!({ "url": "/wild/deep/x" })).await.json();
    let request: serde_json::Value =
        serde_json::from_str(response["body"].as_str().unwrap_or("null")).unwrap();
    assert_eq!(request["component"], "deep", "{response}");
    app.stop().await;
}
