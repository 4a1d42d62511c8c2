//! Objects of another user do not exist, for every route of the OpenAPI document, so that no new route is
//! forgotten.

use serde_json::{Value, json};
use tests::{App, Person};

use crate::events::{poll_until, wait_for_trail};

/// Returns a valid body for an operation.
fn body(operation: &Value, document: &Value) -> Option<Value> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let members =
        schema["properties"].as_object().or_else(|| schema["anyOf"][0]["properties"].as_object())?;
    let values = members.iter().map(|(name, schema)| (name.clone(), example(name, schema, document)));
    Some(values.collect::<serde_json::Map<_, _>>().into())
}

fn example(name: &str, schema: &Value, document: &Value) -> Value {
    let first = &schema["anyOf"][0];
    let schema = if first.is_object() { first } else { schema };
    match name {
        "id" => json!("019a0000-0000-7000-8000-000000000000"),
        "due_date" | "start_date" => json!("2031-01-05"),
        "tags" => json!(["stolen"]),
        "priority" => json!("high"),
        // Null is valid with any other members.
        "by_weekday" | "day_of_month" | "end_date" | "reminders" => Value::Null,
        _ if schema["$ref"].is_string() => {
            document["components"]["schemas"]["Timezone"]["examples"][0].clone()
        }
        _ if schema["enum"].is_array() => schema["enum"][0].clone(),
        _ if schema["type"] == "boolean" => json!(true),
        _ if schema["type"] == "integer" => json!(1),
        _ if schema["format"] == "date-time" => json!("2031-01-05T09:00:00Z"),
        _ => json!("stolen"),
    }
}

/// Ids of one user's objects: a task, another in the trash, a series, a reminder, a notification, a token,
/// sessions.
struct Things {
    series: String,
    reminder: String,
    notification: String,
    task: String,
    trashed: String,
    token: String,
    session: String,
}

async fn things(app: &App, ada: &Person) -> Things {
    let task = ada.create(json!({ "title": "secret plan", "tags": ["stolen"] })).await.id();
    let tell = format!(
        "insert into app.notifications (user_id, kind, title, task_ids, minute)
         values ('{}', 'reminder', 'secret plan', '{{{task}}}', now())",
        ada.id()
    );
    app.database.change(&tell).await;
    let inbox = ada.get("/api/notifications").await.expect(200).json();
    let reminder =
        ada.post(&format!("/api/tasks/{task}/reminders"), json!({ "at": "2031-01-05T09:00:00Z" })).await;
    let series =
        ada.post("/api/recurring-tasks", json!({ "title": "secret plan", "frequency": "daily" })).await;
    let trashed = ada.create(json!({ "title": "thrown away" })).await.id();
    ada.delete(&format!("/api/tasks/{trashed}")).await.expect(204);
    let token =
        ada.post("/api/auth/tokens", json!({ "name": "script", "scopes": ["read"] })).await.expect(201).id();
    let sessions = ada.get("/api/auth/sessions").await.expect(200).json();
    Things {
        task,
        series: series.expect(201).id(),
        reminder: reminder.expect(201).id(),
        notification: inbox["items"][0]["id"].as_str().unwrap().to_owned(),
        trashed,
        token,
        session: sessions["items"][0]["id"].as_str().unwrap().to_owned(),
    }
}

#[tokio::test]
async fn no_route_finds_or_changes_objects_of_another_user() {
    let app = App::start().await;
    let (ada, eve) = (app.account("ada@example.com").await, app.guest().await);
    let things = things(&app, &ada).await;
    let everything = "select (select jsonb_agg(t order by t.id) from app.tasks t) as tasks,
                             (select jsonb_agg(s order by s.id) from app.series s) as series,
                             (select jsonb_agg(r order by r.id) from app.reminders r) as reminders,
                             (select jsonb_agg(n order by n.id) from app.notifications n) as notifications,
                             (select jsonb_agg(s order by s.id) from app.sessions s) as sessions,
                             (select jsonb_agg(t order by t.id) from app.tokens t) as tokens,
                             (select count(*) from app.outbox where topic = 'task-events') as events";
    let before = app.database.rows(everything).await;
    let document = app.get("/api/openapi.json").await.json();

    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if !path.contains("{id}") {
                continue;
            }
            let mut parts = path.split('/').skip(2);
            let ids = match parts.find(|part| !["auth", "audit"].contains(part)).unwrap_or_default() {
                "recurring-tasks" => vec![&things.series],
                "reminders" => vec![&things.reminder],
                "notifications" => vec![&things.notification],
                "sessions" => vec![&things.session],
                "tokens" => vec![&things.token],
                _ => vec![&things.task, &things.trashed],
            };
            for id in ids {
                let path = path.replace("{id}", id).replace("{tag}", "stolen");
                for query in ["", "?permanent=true"] {
                    if !query.is_empty() && operation["parameters"][1]["name"] != "permanent" {
                        continue;
                    }
                    let call = eve.call(&method.to_uppercase(), &format!("{path}{query}"));
                    let call = match body(operation, &document) {
                        Some(body) => call.json(&body),
                        None => call,
                    };
                    let response = call.send().await;
                    let problem = response.problem(404);
                    assert!(!problem.to_string().contains("secret plan"), "{method} {path}: {problem}");
                    tried += 1;
                }
            }
        }
    }

    assert!(tried >= 32, "only {tried} requests were tried");
    assert_eq!(app.database.rows(everything).await, before);
    let denied = app.database.count_incidents("access.denied").await;
    assert!(denied >= tried, "each of {tried} attempts is logged: {denied}");
}

#[tokio::test]
async fn only_administrators_learn_that_an_id_belongs_to_another_user() {
    let app = App::with_events().await;
    let (ada, eve) = (app.account("ada@example.com").await, app.guest().await);
    let root = app.account("root@example.com").await;
    app.database.change(&format!("update app.users set admin = true where id = '{}'", root.id())).await;
    let things = things(&app, &ada).await;
    let respond = async |method: &str, path: String| {
        let mut problem = eve.call(method, &path).send().await.problem(404);
        problem["correlation_id"] = Value::Null;
        problem
    };

    for (method, path, id, name) in [
        ("GET", "/api/tasks", &things.task, "task_id"),
        ("GET", "/api/audit/tasks", &things.trashed, "task_id"),
        ("GET", "/api/recurring-tasks", &things.series, "recurring_task_id"),
        ("DELETE", "/api/reminders", &things.reminder, "reminder_id"),
        ("DELETE", "/api/auth/tokens", &things.token, "token_id"),
        ("DELETE", "/api/auth/sessions", &things.session, "session_id"),
    ] {
        let foreign = respond(method, format!("{path}/{id}")).await;
        let unknown = respond(method, format!("{path}/019a0000-0000-7000-8000-000000000000")).await;

        assert_eq!(foreign, unknown, "{method} {path}");
        let denied = poll_until(&format!("the denial of {path}"), async || {
            let denied = wait_for_trail(&root, "/api/audit?event_type=access.denied", 0).await;
            denied.into_iter().find(|event| event["data"]["details"][name] == **id)
        })
        .await;
        assert_eq!(denied["data"]["details"]["user_id"], eve.id());
    }

    assert_eq!(wait_for_trail(&eve, "/api/audit", 0).await, Vec::<Value>::new());
    let denied = wait_for_trail(&root, "/api/audit?event_type=access.denied", 0).await;
    assert_eq!(denied.len(), 6, "nothing is logged for an id that nobody has: {denied:?}");
}

#[tokio::test]
async fn every_protected_route_requires_authentication() {
    let app = App::start().await;
    let document = app.get("/api/openapi.json").await.json();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["security"].as_array().is_some_and(Vec::is_empty) {
                continue;
            }
            let path = path.replace("{id}", "019a0000-0000-7000-8000-000000000000").replace("{tag}", "x");
            app.call(&method.to_uppercase(), &path).send().await.problem(401);
        }
    }
}
