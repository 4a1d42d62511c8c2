use serde_json::{Value, json};
use tests::{Answer, App, Person};

/// Posts a body under an idempotency key.
async fn keyed(ada: &Person, path: &str, key: &str, body: Value) -> Answer {
    ada.call("POST", path).header("idempotency-key", key).json(&body).send().await
}

#[tokio::test]
async fn a_request_that_comes_again_gets_its_first_answer() {
    let app = App::start().await;
    let ada = app.guest().await;
    let milk = json!({ "title": "buy milk" });
    let first = keyed(&ada, "/api/tasks", "k-1", milk.clone()).await.expect(201);
    ada.patch(first.header("location"), json!({ "title": "buy oat milk" })).await.expect(200);

    let again = keyed(&ada, "/api/tasks", "k-1", milk.clone()).await.expect(201);

    assert_eq!(again.text, first.text);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("etag"), "\"1\"");
    assert_eq!(ada.titles("/api/tasks").await, ["buy oat milk"]);
    assert_eq!(app.database.events().await.len(), 2);
    assert_ne!(keyed(&ada, "/api/tasks", "k-2", milk).await.expect(201).id(), first.id());
}

#[tokio::test]
async fn twenty_of_one_request_at_the_same_moment_make_one_task() {
    let app = App::start().await;
    let ada = app.guest().await;
    let all: Vec<_> = (0..20)
        .map(|_| {
            let ada = ada.clone();
            tokio::spawn(async move { keyed(&ada, "/api/tasks", "same", json!({ "title": "buy milk" })).await })
        })
        .collect();

    let mut answers = Vec::new();
    for one in all {
        let answer = one.await.unwrap().expect(201);
        answers.push((answer.header("location").to_owned(), answer.header("etag").to_owned(), answer.text));
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(ada.get("/api/tasks").await.json()["total"], 1);
    assert_eq!(app.database.events().await.len(), 1);
}

#[tokio::test]
async fn a_key_does_not_fit_another_body() {
    let app = App::start().await;
    let ada = app.guest().await;
    keyed(&ada, "/api/tasks", "key", json!({ "title": "buy milk" })).await.expect(201);

    let other = keyed(&ada, "/api/tasks", "key", json!({ "title": "buy bread" })).await;

    assert_eq!(other.problem(422)["errors"][0]["header"], "Idempotency-Key");
    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);
    keyed(&ada, "/api/tasks", "key", json!({ "title": "buy milk" })).await.expect(201);
}

#[tokio::test]
async fn a_key_means_something_to_one_user_on_one_route() {
    let app = App::start().await;
    let ada = app.guest().await;
    let bob = app.guest().await;
    let of_ada = keyed(&ada, "/api/tasks", "key", json!({ "title": "of ada" })).await.expect(201);

    let of_bob = keyed(&bob, "/api/tasks", "key", json!({ "title": "of bob" })).await.expect(201);
    assert_eq!(of_bob.json()["title"], "of bob");
    let tags = format!("{}/tags", of_ada.header("location"));
    let tagged = keyed(&ada, &tags, "key", json!({ "tags": ["x"] })).await.expect(200).json();
    assert_eq!(tagged["tags"], json!(["x"]));
    let other = ada.task("other").await;
    let completed = keyed(&ada, &format!("{other}/complete"), "key", json!({})).await.expect(200).json();
    assert_eq!(completed["title"], "other");
}

#[tokio::test]
async fn completing_under_a_key_is_not_done_again_after_reopening() {
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
async fn after_a_day_a_key_is_new() {
    let app = App::start().await;
    let ada = app.guest().await;
    let first = keyed(&ada, "/api/tasks", "key", json!({ "title": "milk" })).await.expect(201);
    let age = async |hours: u32| {
        let update = format!("update app.answers set created_at = now() - interval '{hours} hours'");
        app.database.change(&update).await;
    };

    age(23).await;
    assert_eq!(keyed(&ada, "/api/tasks", "key", json!({ "title": "milk" })).await.expect(201).id(), first.id());
    age(25).await;
    let second = keyed(&ada, "/api/tasks", "key", json!({ "title": "bread" })).await.expect(201);

    assert_eq!(second.json()["title"], "bread");
    assert_eq!(keyed(&ada, "/api/tasks", "key", json!({ "title": "bread" })).await.expect(201).id(), second.id());
}

#[tokio::test]
async fn a_key_that_cannot_be_is_refused() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (longest, longer) = ("k".repeat(255), "k".repeat(256));

    for key in ["", longer.as_str(), "naïve"] {
        let problem = keyed(&ada, "/api/tasks", key, json!({ "title": "x" })).await.problem(422);
        assert_eq!(problem["errors"][0]["header"], "Idempotency-Key", "{key}");
    }
    assert_eq!(ada.get("/api/tasks").await.json()["total"], 0);
    keyed(&ada, "/api/tasks", &longest, json!({ "title": "x" })).await.expect(201);
}

#[tokio::test]
async fn a_refusal_is_an_answer_too() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    ada.delete(&task).await.expect(204);
    let complete = format!("{task}/complete");
    keyed(&ada, &complete, "key", json!({})).await.problem(404);
    ada.post(&format!("{task}/restore"), json!({})).await.expect(200);

    keyed(&ada, &complete, "key", json!({})).await.problem(404);

    assert_eq!(ada.get(&task).await.json()["status"], "active");
    keyed(&ada, &complete, "another-key", json!({})).await.expect(200);
    let past = json!({ "title": "x", "due_date": "2020-01-01" });
    for _ in 0..2 {
        assert_eq!(keyed(&ada, "/api/tasks", "past", past.clone()).await.wrong_members(), ["/due_date"]);
    }
}
