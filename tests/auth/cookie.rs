use serde_json::{Value, json};
use tests::{App, Call, Response};

/// Returns the parts of the cookie that a response sets: `name=value` first.
fn cookie(response: &Response) -> Vec<String> {
    response.header("set-cookie").split("; ").map(str::to_owned).collect()
}

/// Returns the `Cookie` header that a browser sends afterwards.
fn cookie_header(response: &Response) -> String {
    cookie(response).swap_remove(0)
}

/// Returns a browser's request to create a task, authenticated by the cookie alone.
fn make_task<'a>(app: &'a App, cookie: &str) -> Call<'a> {
    app.call("POST", "/api/tasks").header("cookie", cookie).json(&json!({ "title": "buy milk" }))
}

async fn denials(app: &App) -> Vec<Value> {
    app.database
        .rows("select user_id, details ->> 'what' as what from app.outbox where type = 'access.denied'")
        .await
}

#[tokio::test]
async fn sign_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let app = App::start().await;
    let account = json!({ "email": "ada@example.com", "password": "a sample password" });

    for (path, status) in [("/api/auth/guest", 201), ("/api/auth/register", 201), ("/api/auth/login", 200)] {
        let body = if path == "/api/auth/guest" { json!({}) } else { account.clone() };
        let session = app.post(path, body).await.expect(status);

        let parts = cookie(&session);
        assert_eq!(
            parts[0],
            format!("taskflow_session={}", session.json()["token"].as_str().unwrap()),
            "{path}"
        );
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
            assert!(parts.iter().any(|one| one == part), "{path} has no {part}: {parts:?}");
        }
        assert!(!parts.iter().any(|part| part == "Secure"), "plain HTTP would not send it back: {parts:?}");
        assert_eq!(session.header("strict-transport-security"), "");
    }
}

#[tokio::test]
async fn behind_a_trusted_tls_proxy_the_cookie_is_secure() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    let guest =
        |scheme: &'static str| app.call("POST", "/api/auth/guest").header("x-forwarded-proto", scheme).send();

    let secure = guest("https").await.expect(201);
    let plain = guest("http").await.expect(201);

    assert!(cookie(&secure).iter().any(|part| part == "Secure"), "{secure:?}");
    assert!(secure.header("strict-transport-security").starts_with("max-age="), "{secure:?}");
    assert!(!cookie(&plain).iter().any(|part| part == "Secure"), "{plain:?}");
    assert_eq!(plain.header("strict-transport-security"), "");
}

#[tokio::test]
async fn without_a_trusted_proxy_the_forwarded_protocol_is_ignored() {
    let app = App::start().await;

    let guest =
        app.call("POST", "/api/auth/guest").header("x-forwarded-proto", "https").send().await.expect(201);

    assert!(!cookie(&guest).iter().any(|part| part == "Secure"), "{guest:?}");
    assert_eq!(guest.header("strict-transport-security"), "");
}

/// Lets every session end earlier than one that was just extended.
async fn age_sessions(app: &App) {
    app.database.change("update app.sessions set expires_at = now() + interval '28 days'").await;
}

#[tokio::test]
async fn every_response_that_extends_a_session_sets_the_cookie_again() {
    let app = App::start().await;
    let session = app.post("/api/auth/guest", json!({})).await.expect(201);
    let task = app.person(&session).task("buy milk").await;
    let unknown = "/api/tasks/019a0000-0000-7000-8000-000000000000";
    let (task, complete) = (task.as_str(), format!("{task}/complete"));
    let with_cookie = |method: &str, path: &str| {
        app.call(method, path).header("cookie", cookie_header(&session)).header("if-none-match", "\"1\"")
    };

    for (method, path, status) in [
        ("GET", "/api/tasks", 200),
        ("HEAD", "/api/auth/me", 200),
        ("GET", task, 304),
        ("GET", unknown, 404),
        ("POST", complete.as_str(), 200),
        ("DELETE", task, 204),
        ("DELETE", task, 404),
    ] {
        age_sessions(&app).await;
        let extended = with_cookie(method, path).send().await.expect(status);
        assert_eq!(cookie(&extended), cookie(&session), "{method} {path}");

        let again = with_cookie("GET", "/api/auth/me").send().await.expect(200);
        assert_eq!(again.header("set-cookie"), "", "once a day is enough");
    }
}

#[tokio::test]
async fn a_session_in_a_header_is_extended_without_a_cookie() {
    let app = App::start().await;
    let ada = app.guest().await;
    age_sessions(&app).await;

    let extended = ada.get("/api/tasks").await.expect(200);

    assert_eq!(extended.header("set-cookie"), "");
    let rows =
        app.database.rows("select expires_at > now() + interval '29 days' as longer from app.sessions").await;
    assert_eq!(rows, [json!({ "longer": true })]);
}

#[tokio::test]
async fn signing_out_of_a_session_that_was_just_extended_clears_the_cookie() {
    let app = App::start().await;
    let session = app.post("/api/auth/guest", json!({})).await.expect(201);
    age_sessions(&app).await;

    let call = app.call("POST", "/api/auth/logout").header("cookie", cookie_header(&session));
    let left = call.send().await.expect(204);

    assert_eq!(left.headers.get_all("set-cookie").iter().count(), 1, "{left:?}");
    assert_eq!(cookie(&left)[0], "taskflow_session=");
}

#[tokio::test]
async fn the_cookie_alone_authenticates_a_request() {
    let app = App::start().await;
    let session = app.post("/api/auth/guest", json!({})).await.expect(201);
    let others = format!("theme=dark; {}; lang=en", cookie_header(&session));

    let me = app.call("GET", "/api/auth/me").header("cookie", others).send().await.expect(200);

    assert_eq!(me.json(), session.json()["user"]);
    app.call("GET", "/api/auth/me").header("cookie", "taskflow_session=").send().await.problem(401);
    app.call("GET", "/api/auth/me").header("cookie", "taskflow_session=nonsense").send().await.problem(401);
}

#[tokio::test]
async fn a_cookie_that_is_unknown_does_not_hide_the_one_behind_it() {
    let app = App::start().await;
    let session = app.post("/api/auth/guest", json!({})).await.expect(201);
    let (ours, other) = (cookie_header(&session), format!("taskflow_session={}", "0".repeat(64)));
    let with = |cookies: String| app.call("GET", "/api/auth/me").header("cookie", cookies).send();

    assert_eq!(with(format!("{other}; {ours}")).await.expect(200).json(), session.json()["user"]);
    with(format!("{ours}; {other}")).await.expect(200);
    make_task(&app, &format!("taskflow_session=x; {other}; {ours}")).send().await.expect(201);
    let ping = |cookies: String| {
        let call = app.call("POST", "/mcp").header("cookie", cookies);
        call.json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" })).send()
    };
    ping(format!("{other}; {ours}")).await.expect(200);
    ping(format!("{other}; {other}x")).await.problem(401);

    age_sessions(&app).await;
    let extended = with(format!("{other}; {ours}")).await.expect(200);
    assert_eq!(cookie(&extended), cookie(&session));
    // A few are tried, so that nobody gets many attempts for one request.
    let many = vec![other; 20].join("; ");
    with(format!("{many}; {ours}")).await.problem(401);
}

#[tokio::test]
async fn an_origin_has_the_scheme_of_the_request_where_that_is_known() {
    let app = App::start().await;
    let proxied = App::with(&[("trusted_proxy", "true")]).await;
    for (app, forwarded, scheme, status) in [
        (&app, None, "http", 201),
        (&app, None, "https", 403),
        (&app, Some("https"), "https", 403),
        (&proxied, Some("https"), "https", 201),
        (&proxied, Some("https"), "http", 403),
        (&proxied, Some("http"), "http", 201),
        (&proxied, Some("http"), "https", 403),
        // The proxy may have ended TLS without a word.
        (&proxied, None, "http", 201),
        (&proxied, None, "https", 201),
    ] {
        let guest =
            app.call("POST", "/api/auth/guest").header("origin", format!("{scheme}://{}", app.host()));
        let guest =
            forwarded.into_iter().fold(guest, |call, scheme| call.header("x-forwarded-proto", scheme));
        let response = guest.send().await;
        assert_eq!(response.status, status, "{forwarded:?} {scheme}: {response:?}");
    }
}

#[tokio::test]
async fn a_cross_site_change_is_rejected_and_logged() {
    let app = App::start().await;
    let session = app.post("/api/auth/guest", json!({})).await.expect(201);
    let cookie = cookie_header(&session);
    let from = |name: &'static str, value: &'static str| make_task(&app, &cookie).header(name, value).send();

    from("sec-fetch-site", "cross-site").await.problem(403);
    from("sec-fetch-site", "same-site").await.problem(403);
    from("origin", "https://evil.example").await.problem(403);
    from("origin", "null").await.problem(403);

    let ada = app.person(&session);
    assert_eq!(ada.titles("/api/tasks").await, Vec::<String>::new());
    assert_eq!(denials(&app).await, [json!({ "user_id": null, "what": "another site" })]);
    assert_eq!(app.database.count_incidents("access.denied").await, 4);
}

#[tokio::test]
async fn a_change_from_our_own_origin_is_accepted() {
    let app = App::start().await;
    let cookie = cookie_header(&app.post("/api/auth/guest", json!({})).await.expect(201));
    let origin = format!("http://{}", app.host());

    make_task(&app, &cookie).send().await.expect(201);
    make_task(&app, &cookie).header("sec-fetch-site", "same-origin").send().await.expect(201);
    make_task(&app, &cookie).header("origin", &origin).send().await.expect(201);

    assert_eq!(denials(&app).await, Vec::<Value>::new());
}

#[tokio::test]
async fn reads_are_allowed_from_every_origin_as_other_sites_cannot_see_the_response() {
    let app = App::start().await;
    let cookie = cookie_header(&app.post("/api/auth/guest", json!({})).await.expect(201));

    let call = app.call("GET", "/api/tasks").header("cookie", cookie).header("sec-fetch-site", "cross-site");
    let response = call.send().await.expect(200);

    assert_eq!(response.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_bearer_token_is_accepted_from_any_origin() {
    let app = App::start().await;
    let ada = app.guest().await;

    let call = ada.call("POST", "/api/tasks").json(&json!({ "title": "buy milk" }));
    call.header("sec-fetch-site", "cross-site")
        .header("origin", "https://evil.example")
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn another_site_cannot_sign_a_user_in() {
    let app = App::start().await;
    app.account("eve@example.com").await;
    let credentials = json!({ "email": "eve@example.com", "password": "a sample password" });

    let call = app.call("POST", "/api/auth/login").json(&credentials).header("sec-fetch-site", "cross-site");
    let refused = call.send().await;

    refused.problem(403);
    assert_eq!(refused.header("set-cookie"), "");
}

#[tokio::test]
async fn signing_out_clears_the_cookie_and_ends_the_session() {
    let app = App::start().await;
    let session = app.post("/api/auth/guest", json!({})).await.expect(201);
    let with_cookie = |method, path| app.call(method, path).header("cookie", cookie_header(&session)).send();

    let left = with_cookie("POST", "/api/auth/logout").await.expect(204);

    let parts = cookie(&left);
    assert_eq!(parts[0], "taskflow_session=");
    assert!(
        parts.iter().any(|part| part == "Max-Age=0") && parts.iter().any(|part| part == "Path=/"),
        "{parts:?}"
    );
    with_cookie("GET", "/api/auth/me").await.problem(401);
    app.person(&session).get("/api/auth/me").await.problem(401);
}
