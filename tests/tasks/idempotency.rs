use serde_json::{Value, json};
use tests::{App, Person, Response};

/// Posts a body under an idempotency key.
async fn post_with_key(ada: &Person, path: &str, key: &str, body: Value) -> Response {
    ada.call("POST", path).header("idempotency-key", key).json(&body).send().await
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_response() {
    let app = App::start().await;
    let ada = app.guest().await;
    let milk = json!({ "title": "buy milk" });
    let first = post_with_key(&ada, "/api/tasks", "k-1", milk.clone()).await.expect(201);
    ada.patch(first.header("location"), json!({ "title": "buy oat milk" })).await.expect(200);

    let again = post_with_key(&ada, "/api/tasks", "k-1", milk.clone()).await.expect(201);

    assert_eq!(again.text, first.text);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("etag"), "\"1\"");
    assert_eq!(ada.titles("/api/tasks").await, ["buy oat milk"]);
    assert_eq!(app.database.events().await.len(), 2);
    assert_ne!(post_with_key(&ada, "/api/tasks", "k-2", milk).await.expect(201).id(), first.id());
}

#[tokio::test]
async fn eight_concurrent_copies_of_a_request_create_one_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let all: Vec<_> = (0..8)
        .map(|_| {
            let ada = ada.clone();
            tokio::spawn(async move {
                post_with_key(&ada, "/api/tasks", "same", json!({ "title": "buy milk" })).await
            })
        })
        .collect();

    let mut responses = Vec::new();
    for one in all {
        let response = one.await.unwrap().expect(201);
        responses.push((
            response.header("location").to_owned(),
            response.header("etag").to_owned(),
            response.text,
        ));
    }

    assert!(responses.iter().all(|response| *response == responses[0]), "{responses:?}");
    assert_eq!(ada.get("/api/tasks").await.json()["total"], 1);
    assert_eq!(app.database.events().await.len(), 1);
}

#[tokio::test]
async fn a_key_cannot_be_reused_with_another_body() {
    let app = App::start().await;
    let ada = app.guest().await;
    post_with_key(&ada, "/api/tasks", "key", json!({ "title": "buy milk" })).await.expect(201);

    let other = post_with_key(&ada, "/api/tasks", "key", json!({ "title": "buy bread" })).await;

    assert_eq!(other.problem(422)["errors"][0]["header"], "Idempotency-Key");
    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);
    post_with_key(&ada, "/api/tasks", "key", json!({ "title": "buy milk" })).await.expect(201);
}

#[tokio::test]
async fn a_key_belongs_to_one_user_and_one_route() {
    let app = App::start().await;
    let ada = app.guest().await;
    let bob = app.guest().await;
    let of_ada = post_with_key(&ada, "/api/tasks", "key", json!({ "title": "of ada" })).await.expect(201);

    let of_bob = post_with_key(&bob, "/api/tasks", "key", json!({ "title": "of bob" })).await.expect(201);
    assert_eq!(of_bob.json()["title"], "of bob");
    let tags = format!("{}/tags", of_ada.header("location"));
    let tagged = post_with_key(&ada, &tags, "key", json!({ "tags": ["x"] })).await.expect(200).json();
    assert_eq!(tagged["tags"], json!(["x"]));
    let other = ada.task("other").await;
    let completed =
        post_with_key(&ada, &format!("{other}/complete"), "key", json!({})).await.expect(200).json();
    assert_eq!(completed["title"], "other");
}

#[tokio::test]
async fn a_replayed_completion_does_not_complete_a_reopened_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let complete = async || {
        let call = ada.call("POST", &format!("{task}/complete")).header("idempotency-key", "key");
        call.header("if-match", "\"1\"").send().await.expect(200)
    };
    let first = complete().await;
    ada.post(&format!("{task}/reopen"), json!({})).await.expect(200);

    let again = complete().await;

    assert_eq!(again.text, first.text);
    assert_eq!(again.header("etag"), "\"2\"");
    assert_eq!(ada.get(&task).await.json()["status"], "active");
    assert_eq!(app.database.rows("select seq from app.outbox where type = 'task.conflict'").await.len(), 0);
}

#[tokio::test]
async fn a_key_expires_after_a_day() {
    let app = App::start().await;
    let ada = app.guest().await;
    let first = post_with_key(&ada, "/api/tasks", "key", json!({ "title": "milk" })).await.expect(201);
    let age = async |hours: u32| {
        let update = format!("update app.answers set created_at = now() - interval '{hours} hours'");
        app.database.change(&update).await;
    };

    age(23).await;
    assert_eq!(
        post_with_key(&ada, "/api/tasks", "key", json!({ "title": "milk" })).await.expect(201).id(),
        first.id()
    );
    age(25).await;
    let second = post_with_key(&ada, "/api/tasks", "key", json!({ "title": "bread" })).await.expect(201);

    assert_eq!(second.json()["title"], "bread");
    assert_eq!(
        post_with_key(&ada, "/api/tasks", "key", json!({ "title": "bread" })).await.expect(201).id(),
        second.id()
    );
}

#[tokio::test]
async fn an_invalid_key_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (longest, longer) = ("k".repeat(255), "k".repeat(256));

    for key in ["", longer.as_str(), "naïve"] {
        let problem = post_with_key(&ada, "/api/tasks", key, json!({ "title": "x" })).await.problem(422);
        assert_eq!(problem["errors"][0]["header"], "Idempotency-Key", "{key}");
    }
    assert_eq!(ada.get("/api/tasks").await.json()["total"], 0);
    post_with_key(&ada, "/api/tasks", &longest, json!({ "title": "x" })).await.expect(201);
}

#[tokio::test]
async fn two_keys_are_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let call =
        ada.call("POST", "/api/tasks").header("idempotency-key", "one").header("idempotency-key", "two");

    call.json(&json!({ "title": "buy milk" })).send().await.problem(422);

    assert_eq!(ada.titles("/api/tasks").await, [""; 0]);
}

#[tokio::test]
async fn a_refusal_is_replayed_too() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    ada.delete(&task).await.expect(204);
    let complete = format!("{task}/complete");
    post_with_key(&ada, &complete, "key", json!({})).await.problem(404);
    ada.post(&format!("{task}/restore"), json!({})).await.expect(200);

    post_with_key(&ada, &complete, "key", json!({})).await.problem(404);

    assert_eq!(ada.get(&task).await.json()["status"], "active");
    post_with_key(&ada, &complete, "another-key", json!({})).await.expect(200);
    let past = json!({ "title": "x", "due_date": "2020-01-01" });
    for _ in 0..2 {
        assert_eq!(
            post_with_key(&ada, "/api/tasks", "past", past.clone()).await.wrong_members(),
            ["/due_date"]
        );
    }
}
