use serde_json::{Value, json};
use tests::App;

use super::assistant::{Assistant, HANDSHAKE_REVISIONS};
use super::{UNKNOWN_ID, complete, create_many, create_task, date_in, id, path, titles};

async fn read(assistant: &Assistant, uri: &str) -> Value {
    let result = assistant.request("resources/read", json!({ "uri": uri })).await.result();
    assert!(result["ttlMs"].is_u64() && result["cacheScope"] == "private", "{result}");
    let [content] = result["contents"].as_array().unwrap().as_slice() else {
        panic!("one content: {result}")
    };
    assert_eq!((&content["uri"], &content["mimeType"]), (&json!(uri), &json!("application/json")));
    serde_json::from_str(content["text"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn today_overdue_and_each_task_are_resources() {
    let app = App::start().await;
    let ada = app.guest().await;
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await]
    {
        let listed = assistant.list("resources/list", "resources").await;
        let uris: Vec<&Value> = listed.iter().map(|one| &one["uri"]).collect();
        assert_eq!(uris, ["taskflow://today", "taskflow://overdue"]);
        let templates = assistant.list("resources/templates/list", "resourceTemplates").await;
        let uris: Vec<&Value> = templates.iter().map(|one| &one["uriTemplate"]).collect();
        assert_eq!(uris, ["taskflow://task/{task}"]);
        for one in listed.iter().chain(&templates) {
            for member in ["name", "title", "description"] {
                assert!(one[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {one}");
            }
            assert_eq!(one["mimeType"], "application/json");
        }
    }
}

#[tokio::test]
async fn today_has_open_tasks_of_the_date_in_the_users_time_zone() {
    let app = App::start().await;
    for timezone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let ada = app.guest_in(timezone).await;
        for (title, more) in [("yesterday", -1), ("today", 0), ("tomorrow", 1)] {
            let due = date_in(&app, timezone, more).await;
            create_task(&ada, json!({ "title": title, "due_date": due, "allow_past": true })).await;
        }
        let done = json!({ "title": "done", "due_date": date_in(&app, timezone, 0).await });
        complete(&ada, &create_task(&ada, done).await).await;
        let gone =
            create_task(&ada, json!({ "title": "gone", "due_date": date_in(&app, timezone, 0).await })).await;
        ada.delete(&path(&gone)).await.expect(204);
        create_many(&ada, ["never"]).await;
        let assistant = Assistant::of(&ada);

        assert_eq!(titles(&read(&assistant, "taskflow://today").await), ["today"], "{timezone}");
        assert_eq!(titles(&read(&assistant, "taskflow://overdue").await), ["yesterday"], "{timezone}");
    }
}

#[tokio::test]
async fn a_resource_has_the_content_of_the_api() {
    let app = App::start().await;
    let ada = app.guest().await;
    let past = json!({ "title": "call mom", "due_date": "2020-01-01", "allow_past": true });
    let task = create_task(&ada, past).await;
    let assistant = Assistant::of(&ada);

    let overdue = ada.get("/api/tasks?overdue=true&sort_by=due_date").await.expect(200).json();
    assert_eq!(read(&assistant, "taskflow://overdue").await["items"], overdue["items"]);
    assert_eq!(read(&assistant, &format!("taskflow://task/{}", id(&task))).await, task);
}

#[tokio::test]
async fn a_task_can_be_read_by_words_of_its_title() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [milk, slash, emoji] =
        create_many(&ada, ["Buy oat milk", "1/2 of 100% & more?", "call mom 👋"]).await;
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await]
    {
        for (words, task) in [
            ("milk", &milk),
            ("buy%20oat%20milk", &milk),
            ("1%2F2%20of%20100%25%20%26%20more%3F", &slash),
            ("call%20mom%20%F0%9F%91%8B", &emoji),
            ("%63all", &emoji),
        ] {
            assert_eq!(read(&assistant, &format!("taskflow://task/{words}")).await, *task, "{words}");
        }
    }
}

#[tokio::test]
async fn an_unknown_resource_has_the_error_code_of_each_revision() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let [task, ..] = create_many(&ada, ["report one", "report two"]).await;
    let [gone] = create_many(&ada, ["gone"]).await;
    ada.delete(&path(&gone)).await.expect(204);
    let [secret] = create_many(&eve, ["secret plan"]).await;
    let of = |task: &str| format!("taskflow://task/{task}");
    let assistants = [
        (Assistant::of(&ada), -32602),
        (Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await, -32002),
    ];
    for (assistant, code) in &assistants {
        for uri in [
            of(UNKNOWN_ID),
            of(id(&gone)),
            of(id(&secret)),
            of("secret%20plan"),
            of("report"),
            of("qqqq"),
            of(""),
            of("%zz"),
            of("%ff"),
            of("x/y"),
            "taskflow://tomorrow".into(),
            "taskflow://today/".into(),
            "taskflow:today".into(),
            "file:///etc/passwd".into(),
            "https://example.com".into(),
            "nonsense".into(),
        ] {
            let reply = assistant.request("resources/read", json!({ "uri": uri })).await;
            assert_eq!(reply.error(*code)["data"]["uri"], uri);
            assert!(!reply.response.text.contains(id(&secret)) || uri.contains(id(&secret)), "{reply:?}");
        }
        read(assistant, &of(id(&task))).await;
    }
    for params in [json!({}), json!({ "uri": 7 })] {
        assistants[1].0.request("resources/read", params).await.error(-32602);
    }
}

/// Completes an argument. Returns the values, their total, and true if there are more.
async fn complete_argument(assistant: &Assistant, what: &str, value: &str) -> (Vec<String>, u64, bool) {
    let (of, argument) = match what {
        "tag" => (json!({ "type": "ref/prompt", "name": "plan_my_day" }), "tag"),
        _ => (json!({ "type": "ref/resource", "uri": "taskflow://task/{task}" }), "task"),
    };
    let params = json!({ "ref": of, "argument": { "name": argument, "value": value } });
    let found = assistant.request("completion/complete", params).await.result()["completion"].clone();
    let values =
        found["values"].as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect();
    (values, found["total"].as_u64().unwrap(), found["hasMore"].as_bool().unwrap())
}

#[tokio::test]
async fn tags_of_open_tasks_are_completed_prefix_matches_first() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    for (title, tags) in
        [("one", json!(["homework", "work"])), ("two", json!(["work", "garden"])), ("done", json!(["wood"]))]
    {
        let task = create_task(&ada, json!({ "title": title, "tags": tags })).await;
        if title == "done" {
            complete(&ada, &task).await;
        }
    }
    create_task(&eve, json!({ "title": "secret", "tags": ["words"] })).await;
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await]
    {
        assert_eq!(
            complete_argument(&assistant, "tag", "wo").await,
            (vec!["work".into(), "homework".into()], 2, false)
        );
        assert_eq!(complete_argument(&assistant, "tag", "WO").await.0, ["work", "homework"]);
        assert_eq!(complete_argument(&assistant, "tag", "qqqq").await, (vec![], 0, false));
        assert_eq!(complete_argument(&assistant, "tag", "%").await, (vec![], 0, false));
        let mut all = complete_argument(&assistant, "tag", "").await.0;
        all.sort();
        assert_eq!(all, ["garden", "homework", "work"]);
    }
}

#[tokio::test]
async fn at_most_a_hundred_titles_of_open_tasks_are_completed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [_, done, _] = create_many(&ada, ["mow the lawn", "milk run", "buy milk"]).await;
    complete(&ada, &done).await;
    create_many(&app.guest().await, ["milkshake"]).await;
    let assistant = Assistant::of(&ada);
    assert_eq!(complete_argument(&assistant, "task", "M").await.0[0], "mow the lawn");
    assert_eq!(complete_argument(&assistant, "task", "mil").await, (vec!["buy milk".into()], 1, false));

    let insert = format!(
        "insert into app.tasks (id, user_id, title, tags)
         select gen_random_uuid(), '{}', 'number ' || n, array['tag ' || n]
           from generate_series(1, 150) as n",
        ada.id()
    );
    app.database.change(&insert).await;

    for (what, value) in [("task", "number"), ("tag", "tag")] {
        let (values, total, more) = complete_argument(&assistant, what, value).await;
        assert_eq!((values.len(), total, more), (100, 150, true), "{what}");
    }
}

#[tokio::test]
async fn an_invalid_completion_request_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let prompt = json!({ "type": "ref/prompt", "name": "plan_my_day" });
    let argument = json!({ "name": "tag", "value": "x" });
    for assistant in
        [Assistant::of(&ada), Assistant::with_revision("old", &ada, HANDSHAKE_REVISIONS[0]).await]
    {
        for params in [
            json!({ "ref": { "type": "ref/prompt", "name": "no_such_prompt" }, "argument": argument }),
            json!({ "ref": { "type": "ref/resource", "uri": "file:///{path}" }, "argument": argument }),
            json!({ "ref": { "type": "ref/tool", "name": "add_task" }, "argument": argument }),
            json!({ "ref": prompt, "argument": { "name": "colour", "value": "x" } }),
            json!({ "ref": prompt, "argument": { "name": "tag", "value": 7 } }),
            json!({ "ref": prompt }),
            json!({ "argument": argument }),
        ] {
            assistant.request("completion/complete", params).await.error(-32602);
        }
    }
}
