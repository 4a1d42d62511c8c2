use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_component_calls_a_private_one_by_its_name() {
    let app = App::start().await;
    let call = json!({ "url": "http://hidden.spin.internal/a/b?c=1", "headers": [["x-own", "kept"]], "body": "sent" });
    let answer = app.post("/fetch", call).await.json();
    assert_eq!(answer["status"], 200, "{answer}");
    let told: serde_json::Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(told["component"], "hidden");
    assert_eq!(
        (&told["method"], &told["path"], &told["body"]),
        (&json!("POST"), &json!("/a/b?c=1"), &json!("sent"))
    );
    assert_eq!(told["headers"]["x-own"], json!(["kept"]));
    assert_eq!(told["headers"]["spin-path-info"], json!(["/a/b"]));
    assert_eq!(told["headers"]["spin-matched-route"], json!(["/..."]));
    assert_eq!(told["headers"]["spin-full-url"], json!(["http://localhost/a/b?c=1"]));
    assert_eq!(told["headers"]["spin-client-addr"], json!(["0.0.0.0:0"]));
    app.stop().await;
}

#[tokio::test]
async fn a_private_component_is_not_reached_from_outside() {
    let app = App::start().await;
    let told = app.get("/hidden").await.json();
    assert_eq!(told["component"], "every");
    app.stop().await;
}

#[tokio::test]
async fn a_failing_callee_is_a_500_for_its_caller() {
    let app = App::start().await;
    let answer = app.post("/fetch", json!({ "url": "http://hidden.spin.internal/trap" })).await.json();
    assert_eq!((&answer["status"], &answer["body"]), (&json!(500), &json!("")));
    app.stop().await;
}

#[tokio::test]
async fn calling_a_component_that_is_not_there_ends_the_caller() {
    let app = App::start().await;
    assert!(app.post("/fetch", json!({ "url": "http://nowhere.spin.internal/" })).await.is_empty(500));
    app.stop().await;
}

#[tokio::test]
async fn a_component_that_is_not_listed_is_not_called() {
    let app = App::start().await;
    let answer = app.post("/fetch", json!({ "url": "http://exact.spin.internal/" })).await.json();
    assert!(answer["error"].as_str().unwrap().contains("HttpRequestDenied"), "{answer}");
    app.stop().await;
}

#[tokio::test]
async fn a_component_calls_its_own_app() {
    let app = App::start().await;
    let answer = app.post("/fetch", json!({ "url": "/wild/deep/x" })).await.json();
    let told: serde_json::Value = serde_json::from_str(answer["body"].as_str().unwrap_or("null")).unwrap();
    assert_eq!(told["component"], "deep", "{answer}");
    app.stop().await;
}
