//! Rules for every route.

use serde_json::json;
use tests::App;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn an_unknown_route_is_not_found_and_a_wrong_method_lists_the_allowed_ones() {
    let app = App::start().await;
    let ada = app.guest().await;

    for path in ["/nothing", "/api", "/api/tasks/1/2/3", "/api/auth/nothing", "/api/tasks/", "/api//tasks"] {
        ada.get(path).await.problem(404);
    }
    let response = ada.call("PUT", "/api/tasks").send().await;
    response.problem(405);
    assert_eq!(response.header("allow"), "POST, GET, HEAD, OPTIONS");
    ada.get("/api/auth/guest").await.problem(405);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_rejected_with_the_matching_problem() {
    let app = App::start().await;
    let ada = app.guest().await;
    let send = |media_type: &'static str, body: &'static str| {
        ada.call("POST", "/api/tasks").header("content-type", media_type).body(body).send()
    };

    send("text/plain", "title=x").await.problem(415);
    send("", "{}").await.problem(415);
    for broken in
        ["", "{", "{\"title\":}", "{\"title\": \"x\"} more", "\u{feff}{}", "{\"title\": \"\\ud800\"}"]
    {
        send("application/json", broken).await.problem(400);
    }
    for other in ["[]", "7", "null", "\"title\""] {
        assert_eq!(send("application/json; charset=utf-8", other).await.wrong_members(), [""]);
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    ada.call("POST", "/api/tasks")
        .header("content-type", "application/json")
        .body(deep)
        .send()
        .await
        .problem(400);
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let body = json!({ "title": "x", "description": "y".repeat(1024 * 1024) });

    ada.post("/api/tasks", body).await.problem(413);

    ada.task("the next one works").await;
}

#[tokio::test]
async fn an_announced_body_that_is_far_too_large_is_rejected_before_it_comes() {
    let app = App::start().await;
    for length in ["99999999999", "4294967297"] {
        let mut connection = TcpStream::connect(app.host()).await.unwrap();
        let head = format!(
            "POST /api/auth/guest HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{{",
            app.host()
        );
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        connection.read_exact(&mut status).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&status), "HTTP/1.1 413", "{length}");
    }
}

#[tokio::test]
async fn an_encoded_body_is_rejected_as_nothing_decodes_it() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = json!({ "title": "x" });
    let send = |name: &str, value: &str| {
        let call = ada.call("POST", "/api/tasks").body(task.to_string());
        let call =
            if name == "content-type" { call } else { call.header("content-type", "application/json") };
        call.header(name, value).send()
    };

    for encoding in ["gzip", "br", "identity, gzip", "nonsense"] {
        let refused = send("content-encoding", encoding).await;
        refused.problem(415);
        assert_eq!(refused.header("accept-encoding"), "identity", "{encoding}");
    }
    for charset in ["utf-16", "latin1", "\"utf-16\"", ""] {
        send("content-type", &format!("application/json; charset={charset}")).await.problem(415);
    }
    send("content-encoding", "identity").await.expect(201);
    for kind in ["application/json;charset=\"UTF-8\"", "application/json; odd; charset=utf8"] {
        send("content-type", kind).await.expect(201);
    }
}

#[tokio::test]
async fn a_form_is_only_read_from_a_body_of_its_media_type() {
    let app = App::start().await;
    let form = format!("token={}&password=a+sample+password", "0".repeat(64));
    for path in ["/confirm-email", "/reset-password"] {
        let post = |kind: Option<&'static str>| {
            let form = if path == "/confirm-email" { form[..70].to_owned() } else { form.clone() };
            let call = app.call("POST", path).body(form);
            kind.into_iter().fold(call, |call, kind| call.header("content-type", kind)).send()
        };
        for kind in
            [None, Some("text/plain"), Some("application/json"), Some("multipart/form-data; boundary=x")]
        {
            post(kind).await.problem(415);
        }
        post(Some("application/x-www-form-urlencoded; charset=utf-16")).await.problem(415);
        let read = post(Some("application/x-www-form-urlencoded")).await;
        assert_eq!(read.status, 410, "{read:?}");
    }
}

#[tokio::test]
async fn a_url_that_is_not_utf8_is_rejected_rather_than_changed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "x", "tags": ["\u{fffd}"] })).await;
    let place = task.header("location");

    let untag = ada.delete(&format!("{place}/tags/%ff")).await;
    assert_eq!(untag.problem(422)["errors"][0]["parameter"], "tag");
    let search = ada.get("/api/tasks?limit=1&search=%C3%28").await;
    assert_eq!(search.problem(422)["errors"][0]["parameter"], "search");

    assert_eq!(ada.get(place).await.expect(200).json(), task.json());
    assert_eq!(ada.titles("/api/tasks?tags=%EF%BF%BD").await, ["x"]);
    app.call("DELETE", &format!("{place}/tags/%ff")).send().await.problem(401);
}

#[tokio::test]
async fn a_url_that_is_too_long_is_rejected() {
    let app = App::start().await;
    app.get(&format!("/api/tasks?status={}", "x".repeat(9000))).await.problem(414);
}

#[tokio::test]
async fn a_valid_correlation_id_is_kept_and_others_are_replaced() {
    let app = App::start().await;

    let kept = app.call("GET", "/nothing").header("x-correlation-id", "abc-1.2_3").send().await;
    assert_eq!(kept.header("x-correlation-id"), "abc-1.2_3");
    assert_eq!(kept.problem(404)["correlation_id"], "abc-1.2_3");

    let made = app.call("GET", "/live").header("x-correlation-id", "not usable").send().await;
    assert_eq!(made.header("x-correlation-id").len(), 32);
}

#[tokio::test]
async fn a_server_fault_is_logged_with_its_cause_and_hidden_from_the_client() {
    let app = App::start().await;
    let ada = app.guest().await;
    app.database.change("alter table app.tasks rename column title to heading").await;

    let response = ada
        .call("POST", "/api/tasks")
        .header("x-correlation-id", "fault-1")
        .json(&json!({ "title": "private words" }));
    let problem = response.send().await.problem(500);

    for secret in ["title", "column", "SQL", "insert", "tasks"] {
        assert!(!problem["detail"].to_string().contains(secret), "{problem}");
    }
    let logged: Vec<String> = app.logs().into_iter().filter(|line| line.contains("fault-1")).collect();
    if std::env::var("TASKFLOW_ENGINE").as_deref() != Ok("spin") {
        assert_eq!(logged.len(), 1, "{logged:?}");
        assert!(
            logged[0].contains("SQLSTATE 42703") && logged[0].contains("\"function\":\"tasks\""),
            "{logged:?}"
        );
        assert!(!logged[0].contains("private words"), "{logged:?}");
    }
}

#[tokio::test]
async fn an_unknown_query_parameter_is_rejected_before_anything_happens() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("stays").await;

    let response = ada.delete(&format!("{task}?forever=true")).await;

    assert_eq!(response.problem(422)["errors"][0]["parameter"], "forever");
    ada.get(&task).await.expect(200);
}

#[tokio::test]
async fn authorization_is_checked_before_the_body() {
    let app = App::start().await;
    let huge = "x".repeat(2 * 1024 * 1024);

    app.call("POST", "/api/tasks")
        .header("content-type", "text/plain")
        .body(huge.clone())
        .send()
        .await
        .problem(401);
    app.call("POST", "/nothing").body(huge).send().await.problem(404);
}

#[tokio::test]
async fn a_body_that_no_handler_takes_is_rejected_like_any_other() {
    let app = App::start().await;
    let ada = app.guest().await;
    let document = app.get("/api/openapi.json").await.expect(200).json();
    let mut tried = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            // Mail programs unsubscribe by a form.
            if method == "get" || operation["requestBody"].is_object() || path.contains("unsubscribe") {
                continue;
            }
            let place = path.replace("{id}", "019a0000-0000-7000-8000-000000000000").replace("{tag}", "x");
            let send = |media_type: &'static str, body: &'static str| {
                ada.call(&method.to_uppercase(), &place).header("content-type", media_type).body(body).send()
            };
            send("text/plain", "x").await.problem(415);
            send("application/json", "{").await.problem(400);
            assert_eq!(send("application/json", "{\"a\": 1}").await.wrong_members(), ["/a"], "{place}");
            assert_eq!(send("application/json", "[]").await.wrong_members(), [""], "{place}");
            tried.push(format!("{method} {path}"));
        }
    }
    for route in [
        "post /api/tasks/{id}/complete",
        "post /api/tasks/{id}/reopen",
        "post /api/tasks/{id}/restore",
        "delete /api/tasks/{id}/tags/{tag}",
        "post /api/notifications/{id}/read",
        "post /api/recurring-tasks/{id}/dismiss-missed",
    ] {
        assert!(tried.iter().any(|one| one == route), "{route} is not among {tried:?}");
    }
}

#[tokio::test]
async fn a_body_without_content_is_none() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let complete = || ada.call("POST", &format!("{task}/complete"));

    complete().send().await.expect(200);
    complete().header("content-type", "application/json").send().await.expect(200);
    complete().header("content-type", "text/plain").send().await.expect(200);
    complete().json(&json!({})).send().await.expect(200);
}
