//! Malformed and malicious requests, and headers for browsers and proxies, on every route.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{App, Person, Response};

/// Sends a text as the body of a new task.
async fn post_task(person: &Person, text: impl Into<String>) -> Response {
    let text: String = text.into();
    person.call("POST", "/api/tasks").header("content-type", "application/json").body(text).send().await
}

/// Returns the events about suspicious requests, and the number of these requests.
async fn suspicious_requests(app: &App) -> (Vec<Value>, u64) {
    let query = "select topic, details ->> 'what' as what from app.outbox where type = 'input.suspicious'";
    (app.database.rows(query).await, app.database.count_incidents("input.suspicious").await)
}

fn suspicion(what: &str) -> Value {
    json!({ "topic": "audit-events", "what": what })
}

/// Asserts that rejected requests have left no rows.
#[track_caller]
fn assert_no_traces(rows: &[Value]) {
    assert!(rows.is_empty(), "{rows:?}");
}

async fn traces(app: &App) -> Vec<Value> {
    let tasks = app.database.rows("select * from app.tasks").await;
    let events = app.database.rows("select * from app.outbox where topic = 'task-events'").await;
    [tasks, events].concat()
}

#[tokio::test]
async fn a_duplicate_member_is_rejected_and_logged() {
    let app = App::start().await;
    let ada = app.guest().await;

    let twice = post_task(&ada, r#"{"title": "one", "priority": "low", "title": "two"}"#).await;
    let inside = post_task(&ada, r#"{"title": "one", "tags": [{"a": 1, "a": 1}]}"#).await;

    assert_eq!(twice.wrong_members(), ["/title"]);
    assert_eq!(inside.wrong_members(), ["/tags/0/a"]);
    assert_eq!(suspicious_requests(&app).await, (vec![suspicion("a member that comes twice")], 2));
    assert_no_traces(&traces(&app).await);
}

#[tokio::test]
async fn a_nul_character_is_rejected_and_logged_in_every_place() {
    let app = App::start().await;
    let ada = app.guest().await;

    for (text, wrong) in [
        (r#"{"title": "a\u0000b"}"#, "/title"),
        (r#"{"title": "a", "description": "\u0000"}"#, "/description"),
        (r#"{"title": "a", "tags": ["b", "\u0000"]}"#, "/tags/1"),
    ] {
        assert_eq!(post_task(&ada, text).await.wrong_members(), [wrong]);
    }
    for parameter in ["search", "status", "tags"] {
        let response = ada.get(&format!("/api/tasks?{parameter}=a%00b")).await;
        assert_eq!(response.problem(422)["errors"][0]["parameter"], parameter);
    }

    assert_eq!(suspicious_requests(&app).await, (vec![suspicion("a NUL character")], 6));
    assert_no_traces(&traces(&app).await);
    ada.get("/api/tasks/%00").await.problem(404);
}

#[tokio::test]
async fn deep_nesting_is_rejected_and_logged() {
    let app = App::start().await;
    let ada = app.guest().await;

    post_task(&ada, format!("{}{}", "[".repeat(1000), "]".repeat(1000))).await.problem(400);
    post_task(&ada, format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000))).await.problem(400);

    assert_eq!(suspicious_requests(&app).await, (vec![suspicion("nested too deep")], 2));
    assert_no_traces(&traces(&app).await);
}

#[tokio::test]
async fn too_many_values_are_rejected_and_logged_before_anybody_asks_who_sends_them() {
    let app = App::start().await;
    let ada = app.guest().await;
    let tags: Vec<String> = (0..20_000).map(|number| format!("t{number}")).collect();
    let list = "0,".repeat(400_000);

    ada.post("/api/tasks", json!({ "title": "x", "tags": tags })).await.problem(400);
    app.call("POST", "/api/tasks")
        .header("authorization", "Bearer nonsense")
        .json(&json!({ "title": "x", "tags": tags }))
        .send()
        .await
        .problem(400);
    let register = app.call("POST", "/api/auth/register").header("content-type", "application/json");
    register.body(format!("[{list}0]")).send().await.problem(400);
    let few = json!({ "title": "x", "tags": tags[..1000] });
    assert_eq!(ada.post("/api/tasks", few).await.wrong_members(), ["/tags"]);

    assert_eq!(suspicious_requests(&app).await, (vec![suspicion("too many values")], 3));
    assert_no_traces(&traces(&app).await);
}

#[tokio::test]
async fn the_response_to_a_rejected_body_is_short_however_long_its_names_are() {
    let app = App::start().await;
    let (many, few) = (200_000, 100);
    let members = |name: usize, times: usize| {
        let twice = vec![r#""a":1"#; times].join(",");
        format!(r#"{{"{}":{{{twice}}}}}"#, "x".repeat(name))
    };
    let unknown = format!(r#"{{"{}":1,"{}":2}}"#, "x".repeat(400_000), "y".repeat(400_000));

    for path in ["/api/auth/register", "/api/auth/login", "/api/tasks"] {
        for body in [members(many, 3000), members(500_000, few), unknown.clone()] {
            let call = app.call("POST", path).header("content-type", "application/json");
            let response = call.header("authorization", "Bearer nonsense").body(body).send().await;
            response.problem(422);
            assert!(response.text.len() < 16 * 1024, "{path}: {} bytes", response.text.len());
        }
    }
}

#[tokio::test]
async fn a_list_behind_a_long_name_costs_little_more_than_one_behind_a_short_name() {
    let app = App::start().await;
    let list = vec!["0"; 9000].join(",");
    let fastest = async |body: String| {
        let mut fastest = Duration::MAX;
        for _ in 0..3 {
            let call = app.call("POST", "/api/auth/register").header("content-type", "application/json");
            let (call, began) = (call.body(body.clone()), Instant::now());
            call.send().await.problem(422);
            fastest = fastest.min(began.elapsed());
        }
        fastest
    };

    let short = fastest(format!(r#"{{"a":[{list}],"b":"{}"}}"#, "x".repeat(500_000))).await;
    let long = fastest(format!(r#"{{"{}":[{list}]}}"#, "x".repeat(500_000))).await;

    assert!(long < 20 * short, "{long:?} against {short:?}");
}

#[tokio::test]
async fn invalid_unicode_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;

    for text in [r#"{"title": "\ud800"}"#, r#"{"title": "\udc00\ud800"}"#, r#"{"\ud800": 1}"#] {
        post_task(&ada, text).await.problem(400);
    }
    let latin_1 = b"{\"title\": \"caf\xe9\"}".to_vec();
    let call = ada.call("POST", "/api/tasks").header("content-type", "application/json").body(latin_1);
    call.send().await.problem(400);

    assert_no_traces(&traces(&app).await);
}

#[tokio::test]
async fn characters_of_every_plane_are_stored_unchanged() {
    let app = App::start().await;
    let ada = app.guest().await;
    let text = "𝕋𝕒𝕤𝕜 🦀 👩‍👩‍👧 𠜎 q\u{301}";
    let task = json!({ "title": text, "description": format!("{text}\n{text}"), "tags": [text, "🦀"] });

    let made = ada.create(task.clone()).await;

    let kept = ada.get(made.header("location")).await.expect(200).json();
    for member in ["title", "description", "tags"] {
        assert_eq!(kept[member], task[member], "{member}");
    }
    let escaped = post_task(&ada, r#"{"title": "\ud83e\udd80"}"#).await.expect(201);
    assert_eq!(escaped.json()["title"], "🦀");
}

#[tokio::test]
async fn text_is_the_same_however_its_accents_were_typed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let (typed, text) = ("Cafe\u{301}", "Café");
    let task = json!({ "title": typed, "description": typed, "tags": [typed, text] });

    let made = ada.create(task).await;

    let shown = made.json();
    assert_eq!((&shown["title"], &shown["description"]), (&json!(text), &json!(text)));
    assert_eq!(shown["tags"], json!([text]));
    for encoded in ["Cafe%CC%81", "Caf%C3%A9"] {
        assert_eq!(ada.titles(&format!("/api/tasks?search={encoded}")).await, [text], "{encoded}");
        assert_eq!(ada.titles(&format!("/api/tasks?tags={encoded}")).await, [text], "{encoded}");
    }
    let untagged = ada.delete(&format!("{}/tags/Cafe%CC%81", made.header("location"))).await.expect(200);
    assert_eq!(untagged.json()["tags"], json!([]));
    assert_eq!(ada.patch("/api/auth/me", json!({ "name": typed })).await.json()["name"], text);
    let long = |count: usize| json!({ "title": "e\u{301}".repeat(count) });
    assert_eq!(ada.create(long(500)).await.json()["title"], "é".repeat(500));
    assert_eq!(ada.post("/api/tasks", long(501)).await.wrong_members(), ["/title"]);
}

#[tokio::test]
async fn text_of_invisible_characters_alone_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let series = json!({ "title": "report", "frequency": "daily" });
    let series = ada.post("/api/recurring-tasks", series).await.expect(201).header("location").to_owned();
    let before = app.database.rows("select title, tags from app.tasks order by id").await;

    for text in
        ["\u{200b}", "\u{2060}\u{feff}", " \u{ad}\u{200e} ", "\u{3164}", "\u{2800}", "\u{fe0f}", "\u{e0020}"]
            .into_iter()
            .chain(["\u{1d159}", "\u{13430}", "\u{1343f}", "\u{16fe4}", "\u{fdd0}", "\u{ffff}", "\u{e1000}"])
    {
        let new = json!({ "title": text, "tags": ["work", text] });
        assert_eq!(ada.post("/api/tasks", new).await.wrong_members(), ["/title", "/tags/1"]);
        assert_eq!(ada.patch(&task, json!({ "title": text })).await.wrong_members(), ["/title"]);
        let tags = json!({ "tags": [text] });
        assert_eq!(ada.post(&format!("{task}/tags"), tags).await.wrong_members(), ["/tags/0"]);
        assert_eq!(ada.patch(&series, json!({ "title": text })).await.wrong_members(), ["/title"]);
        assert_eq!(ada.patch("/api/auth/me", json!({ "name": text })).await.wrong_members(), ["/name"]);
        let token = json!({ "name": text, "scopes": ["read"] });
        assert_eq!(ada.post("/api/auth/tokens", token).await.wrong_members(), ["/name"]);
    }

    assert_eq!(app.database.rows("select title, tags from app.tasks order by id").await, before);
    let visible = json!({ "title": "❤\u{fe0f}", "tags": ["👩\u{200d}👧"] });
    assert_eq!(ada.create(visible.clone()).await.json()["title"], visible["title"]);
}

#[tokio::test]
async fn a_huge_number_is_rejected_in_every_member() {
    let app = App::start().await;
    let ada = app.guest().await;

    for number in ["1e999", "-1e999"] {
        post_task(&ada, format!(r#"{{"title": {number}}}"#)).await.problem(400);
    }
    for number in ["1e308", "99999999999999999999999999999999999999", "-0.0", "18446744073709551616"] {
        assert_eq!(
            post_task(&ada, format!(r#"{{"title": {number}}}"#)).await.wrong_members(),
            ["/title"],
            "{number}"
        );
    }
    for limit in ["99999999999999999999999999", "1e3", "-1", "NaN"] {
        let response = ada.get(&format!("/api/tasks?limit={limit}")).await;
        assert_eq!(response.problem(422)["errors"][0]["parameter"], "limit");
    }

    assert_no_traces(&traces(&app).await);
}

#[tokio::test]
async fn every_member_of_a_wrong_type_is_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    let all = ["/title", "/description", "/priority", "/tags", "/due_date", "/allow_past"];

    for wrong in [json!(7), json!(-1.5), json!({}), json!([[]])] {
        let task = json!({
            "title": wrong, "description": wrong, "priority": wrong, "tags": wrong, "due_date": wrong,
            "allow_past": wrong,
        });
        let pointers = ada.post("/api/tasks", task).await.wrong_members();
        let members: Vec<&str> = pointers.iter().map(|pointer| pointer.trim_end_matches("/0")).collect();
        assert_eq!(members, all, "{wrong}");
    }
    assert_eq!(ada.post("/api/tasks", json!({ "title": true })).await.wrong_members(), ["/title"]);
    assert_eq!(ada.post("/api/tasks", json!({ "title": null })).await.wrong_members(), ["/title"]);
    let flag = json!({ "title": "x", "allow_past": "true" });
    assert_eq!(ada.post("/api/tasks", flag).await.wrong_members(), ["/allow_past"]);

    assert_no_traces(&traces(&app).await);
}

#[tokio::test]
async fn unknown_members_and_parameters_are_reported() {
    let app = App::start().await;
    let ada = app.guest().await;

    let task = json!({ "title": "x", "id": "y", "user_id": "z", "a/b~c": 1, "__proto__": {} });
    let mut wrong = ada.post("/api/tasks", task).await.wrong_members();
    wrong.sort();
    assert_eq!(wrong, ["/__proto__", "/a~1b~0c", "/id", "/user_id"]);
    let response = ada.get("/api/tasks?limit=1&surprise=2").await;
    assert_eq!(response.problem(422)["errors"][0]["parameter"], "surprise");

    assert_no_traces(&traces(&app).await);
}

#[tokio::test]
async fn an_oversized_request_is_rejected_and_the_next_one_works() {
    let app = App::start().await;
    let ada = app.guest().await;
    let long = "x".repeat(20 * 1024);

    ada.get(&format!("/api/tasks?search={long}")).await.problem(414);
    app.call("GET", "/api/tasks").header("authorization", format!("Bearer {long}")).send().await.problem(401);
    app.call("GET", "/api/tasks")
        .header("cookie", format!("taskflow_session={long}"))
        .send()
        .await
        .problem(401);
    let task = json!({ "title": "x" });
    ada.call("POST", "/api/tasks").header("idempotency-key", &long).json(&task).send().await.problem(422);

    assert_no_traces(&traces(&app).await);
    ada.task("the next one works").await;
}

#[tokio::test]
async fn head_responds_like_get_without_the_body() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("buy milk").await;
    let missing = "/api/tasks/00000000-0000-7000-8000-000000000000";
    let headers = |response: &Response| {
        let is_compared = |name: &str| !name.starts_with("ratelimit") && name != "date";
        let mut headers: Vec<_> =
            response.headers.iter().filter(|(name, _)| is_compared(name.as_str())).collect();
        headers.sort_by_key(|(name, _)| name.as_str().to_owned());
        format!("{headers:?}")
    };

    for path in [
        "/live",
        "/ready",
        "/health",
        "/api/docs",
        "/api/openapi.json",
        "/api/auth/me",
        "/api/auth/sessions",
        "/api/auth/tokens",
        "/api/tasks",
        task.as_str(),
        missing,
        "/nothing",
    ] {
        let send =
            |method: &'static str| ada.call(method, path).header("x-correlation-id", "the-same").send();
        let (get, head) = (send("GET").await, send("HEAD").await);

        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(headers(&head), headers(&get), "{path}");
        assert_eq!((head.text.as_str(), get.text.is_empty()), ("", false), "{path}");
    }
}

#[tokio::test]
async fn options_lists_the_methods_of_a_path_without_authentication() {
    let app = App::start().await;

    for (path, allowed) in [
        ("/api/tasks", vec!["GET", "HEAD", "OPTIONS", "POST"]),
        ("/api/tasks/7/complete", vec!["OPTIONS", "POST"]),
        ("/api/auth/me", vec!["DELETE", "GET", "HEAD", "OPTIONS", "PATCH"]),
        ("/live", vec!["GET", "HEAD", "OPTIONS"]),
    ] {
        let response = app.call("OPTIONS", path).send().await.expect(204);
        let mut methods: Vec<&str> = response.header("allow").split(", ").collect();
        methods.sort_unstable();
        assert_eq!(methods, allowed, "{path}");
        assert_eq!(response.header("access-control-allow-origin"), "", "{path}");
    }
    app.call("OPTIONS", "/nothing").send().await.problem(404);
    app.call("OPTIONS", "/api/auth/nothing").send().await.problem(404);
}

#[tokio::test]
async fn every_response_has_security_and_cache_headers() {
    let app = App::start().await;
    let ada = app.guest().await;

    for (response, status) in [
        (ada.get("/api/tasks").await, 200),
        (ada.create(json!({ "title": "x" })).await, 201),
        (app.get("/api/tasks").await, 401),
        (app.get("/nothing").await, 404),
        (ada.get("/api/tasks/nonsense").await, 404),
        (ada.post("/api/tasks", json!({})).await, 422),
    ] {
        assert_eq!(response.status, status, "{response:?}");
        assert_eq!(response.header("x-content-type-options"), "nosniff", "{response:?}");
        assert_eq!(response.header("cache-control"), "private, no-cache", "{response:?}");
        assert!(response.header("content-security-policy").starts_with("default-src 'none'"), "{response:?}");
        assert_eq!(response.header("x-frame-options"), "DENY", "{response:?}");
    }
}

#[tokio::test]
async fn a_long_response_is_compressed_for_clients_that_accept_it() {
    let app = App::start().await;
    let get = |accepted: &'static str| {
        app.call("GET", "/api/openapi.json").header("accept-encoding", accepted).send()
    };
    let length = |response: &Response| response.header("content-length").parse::<usize>().unwrap();
    let plain = app.get("/api/openapi.json").await.expect(200);

    let packed = get("br, gzip;q=0.8").await.expect(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("vary"), "accept-encoding");
    assert!(length(&packed) * 2 < length(&plain), "{} of {}", length(&packed), length(&plain));
    for refused in ["gzip;q=0", "gzip; q=0.0", "br", "identity", "xgzip"] {
        let response = get(refused).await.expect(200);
        assert_eq!(response.header("content-encoding"), "", "{refused}");
        assert_eq!(response.text, plain.text, "{refused}");
    }
    let page = app.call("GET", "/api/docs").header("accept-encoding", "gzip").send().await.expect(200);
    assert_eq!((page.header("content-encoding"), page.header("vary")), ("gzip", "accept-encoding"));
    assert!(length(&page) * 4 < length(&app.get("/api/docs").await.expect(200)), "{}", length(&page));
    let short = app.call("GET", "/live").header("accept-encoding", "gzip").send().await.expect(200);
    assert_eq!(short.header("content-encoding"), "");
}

#[tokio::test]
async fn the_api_page_lists_every_path_and_loads_nothing() {
    let app = App::start().await;
    let document = app.get("/api/openapi.json").await.expect(200).json();

    let page = app.get("/api/docs").await.expect(200);

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for outside in ["http://", "https://", "src=", "<script", "<link", "@import", "url("] {
        assert!(!page.text.contains(outside), "{outside}");
    }
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths.keys() {
        assert!(page.text.contains(&format!("<code>{path}</code>")), "{path}");
    }
}
