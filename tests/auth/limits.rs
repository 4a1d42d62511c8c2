use serde_json::{Value, json};
use tests::{App, Person, Response};

use super::mails::add_link;
use crate::events::{add_slow_trigger, wait_for_slow_trigger};

/// Sets a limit that applies at once.
pub async fn set_limit(app: &App, name: &str, requests: u32, seconds: u32) {
    let limit =
        format!("update app.limits set requests = {requests}, seconds = {seconds} where name = '{name}'");
    app.database.change(&limit).await;
}

/// Returns the events about exceeded limits.
async fn hits(app: &App) -> Vec<Value> {
    let query =
        "select topic, user_id, details ->> 'limit' as limit from app.outbox where type = 'limit.hit'";
    app.database.rows(query).await
}

/// Reads the user's profile, as a proxy would forward the request.
async fn send_forwarded(person: &Person, header: &str, address: &str) -> Response {
    person.call("GET", "/api/auth/me").header(header, address).send().await
}

async fn login(app: &App, email: &str, password: &str) -> Response {
    app.post("/api/auth/login", json!({ "email": email, "password": password })).await
}

/// Signs Ada in, as a proxy would forward the request.
async fn login_from(app: &App, address: &str, password: &str) -> Response {
    let credentials = json!({ "email": "ada@example.com", "password": password });
    app.call("POST", "/api/auth/login").header("x-forwarded-for", address).json(&credentials).send().await
}

#[tokio::test]
async fn a_limited_response_has_retry_after() {
    let app = App::start().await;
    let (ada, bob) = (app.guest().await, app.guest().await);
    set_limit(&app, "user", 5, 600).await;
    for left in (0..5).rev() {
        let response = ada.get("/api/tasks").await.expect(200);
        assert!(response.header("ratelimit").starts_with(&format!("\"user\";r={left};t=")), "{response:?}");
    }

    let refused = ada.get("/api/tasks").await;

    refused.problem(429);
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=120).contains(&wait), "{wait}");
    assert_eq!(refused.header("ratelimit-policy"), "\"user\";q=5;w=600");
    assert_eq!(refused.header("ratelimit"), format!("\"user\";r=0;t={wait}"));
    bob.get("/api/tasks").await.expect(200);
}

#[tokio::test]
async fn many_limited_requests_create_one_event() {
    let app = App::start().await;
    let ada = app.guest().await;
    set_limit(&app, "user", 2, 600).await;
    for status in [200, 200, 429, 429, 429, 429] {
        ada.get("/api/auth/me").await.expect(status);
    }

    assert_eq!(hits(&app).await, [json!({ "topic": "audit-events", "user_id": ada.id(), "limit": "user" })]);
}

#[tokio::test]
async fn a_limited_request_changes_nothing_and_succeeds_later() {
    let app = App::start().await;
    let ada = app.guest().await;
    set_limit(&app, "user", 1, 600).await;
    ada.task("one").await;

    ada.post("/api/tasks", json!({ "title": "two" })).await.problem(429);

    assert_eq!(app.database.rows("select title from app.tasks").await, [json!({ "title": "one" })]);
    app.database.change("update app.buckets set since = since - 600").await;
    ada.task("two").await;
}

#[tokio::test]
async fn limits_hold_while_a_slow_request_is_in_progress() {
    for limit in ["user", "address"] {
        let app = App::start().await;
        let ada = app.guest().await;
        add_slow_trigger(&app, "before insert on app.tasks for each row").await;
        set_limit(&app, limit, 3, 600).await;
        let slow = tokio::spawn({
            let ada = ada.clone();
            async move { ada.create(json!({ "title": "slow" })).await }
        });
        wait_for_slow_trigger(&app).await;

        let mut allowed = 0;
        for _ in 0..6 {
            allowed += u32::from(ada.get("/api/tasks").await.status == 200);
        }

        // The slow request counts as soon as it has ended.
        assert!((2..=3).contains(&allowed), "{limit}: {allowed} of 3");
        slow.await.unwrap();
        ada.get("/api/tasks").await.problem(429);
    }
}

#[tokio::test]
async fn requests_that_fail_before_anybody_asks_who_sends_them_count_for_their_address() {
    let app = App::start().await;
    let ada = app.guest().await;
    set_limit(&app, "address", 4, 600).await;
    let malformed =
        || app.call("POST", "/api/auth/login").header("content-type", "application/json").body("{");
    app.get("/api/tasks").await.problem(401);
    app.get("/api/tasks/nothing/of/the/kind").await.problem(404);
    malformed().send().await.problem(400);
    ada.post("/api/tasks", json!({ "title": "" })).await.problem(422);

    let refused = malformed().send().await;

    refused.problem(429);
    assert!(refused.header("ratelimit").starts_with("\"address\";r=0;t="), "{refused:?}");
    app.get("/api/tasks").await.problem(429);
}

#[tokio::test]
async fn requests_that_fail_count_for_their_address_in_every_function() {
    let app = App::start().await;
    for (method, path, status) in [
        ("GET", "/api/notifications", 401),
        ("PUT", "/api/notifications", 405),
        ("GET", "/api/notifications/unsubscribe/x", 404),
        ("GET", "/api/audit", 401),
        ("GET", "/api/events", 401),
        ("GET", "/api/tasks", 401),
        ("GET", "/api/auth/me", 401),
        ("POST", "/mcp", 401),
        ("GET", "/nothing", 404),
    ] {
        let refused = app.call(method, path).send().await;
        refused.problem(status);
        assert!(refused.header("ratelimit").starts_with("\"address\";r="), "{method} {path}: {refused:?}");
    }
    set_limit(&app, "address", 1, 600).await;
    app.get("/api/notifications").await.problem(401);
    app.get("/api/audit").await.problem(429);
}

#[tokio::test]
async fn requests_that_need_no_database_count_for_their_address_too_except_health_checks() {
    let app = App::start().await;
    let link = format!("/confirm-email?token={}", "0".repeat(64));
    set_limit(&app, "address", 5, 600).await;
    for path in ["/api/docs", "/api/openapi.json", &link, "/metrics"] {
        let response = app.get(path).await.expect(200);
        assert!(response.header("ratelimit").starts_with("\"address\";r="), "{path}: {response:?}");
    }
    app.call("OPTIONS", "/api/tasks").send().await.expect(204);

    for path in ["/api/docs", "/api/openapi.json", &link, "/metrics"] {
        app.get(path).await.problem(429);
    }
    for path in ["/live", "/ready", "/health"] {
        assert_eq!(app.get(path).await.expect(200).header("ratelimit"), "", "{path}");
    }
}

#[tokio::test]
async fn every_authenticated_response_has_the_remaining_quota() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("buy milk").await;
    let made = ada.create(json!({ "title": "buy bread" })).await;
    let missing = "/api/tasks/00000000-0000-7000-8000-000000000000";

    for (response, status) in [
        (made, 201),
        (ada.get("/api/auth/me").await, 200),
        (ada.get("/api/tasks").await, 200),
        (ada.get(missing).await, 404),
        (ada.delete(&task).await, 204),
    ] {
        assert_eq!(response.status, status, "{response:?}");
        assert_eq!(response.header("ratelimit-policy"), "\"user\";q=1000;w=10", "{response:?}");
        assert!(response.header("ratelimit").starts_with("\"user\";r=9"), "{response:?}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_last_forwarded_address_is_limited() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    let ada = app.guest().await;
    set_limit(&app, "address", 3, 600).await;
    let from = |addresses: &'static str| send_forwarded(&ada, "x-forwarded-for", addresses);
    for _ in 0..3 {
        from("203.0.113.7").await.expect(200);
    }

    from("203.0.113.7").await.problem(429);
    from("198.51.100.1, 203.0.113.7").await.problem(429);
    from("203.0.113.8").await.expect(200);
    from("203.0.113.7, 203.0.113.8").await.expect(200);

    assert_eq!(hits(&app).await.len(), 1);
}

#[tokio::test]
async fn behind_several_trusted_proxies_the_address_that_the_outermost_one_adds_is_limited() {
    let app = App::with(&[("trusted_proxy", "2")]).await;
    let ada = app.guest().await;
    set_limit(&app, "address", 3, 600).await;
    let from = |addresses: &'static str| send_forwarded(&ada, "x-forwarded-for", addresses);
    for addresses in
        ["203.0.113.7, 10.0.0.1", "203.0.113.7,10.0.0.2", "198.51.100.1, 203.0.113.7:4711, 10.0.0.1"]
    {
        from(addresses).await.expect(200);
    }

    from("203.0.113.7, 10.0.0.3").await.problem(429);
    from("203.0.113.8, 203.0.113.7, 10.0.0.1").await.problem(429);
    let in_two_headers = ada.call("GET", "/api/auth/me").header("x-forwarded-for", "203.0.113.7");
    in_two_headers.header("x-forwarded-for", "10.0.0.1").send().await.problem(429);
    // A request that has not passed the outermost proxy.
    from("203.0.113.7").await.problem(429);
    from("203.0.113.8, 10.0.0.1").await.expect(200);
    from("203.0.113.7, 203.0.113.8, 10.0.0.1").await.expect(200);
}

#[tokio::test]
async fn an_ipv6_network_counts_as_one_address() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    let ada = app.guest().await;
    set_limit(&app, "address", 2, 600).await;
    let from = |addresses: &'static str| send_forwarded(&ada, "x-forwarded-for", addresses);

    from("2001:db8:1:2::1").await.expect(200);
    from("2001:db8:1:2:3::2").await.expect(200);
    from("2001:db8:1:2:ffff::3").await.problem(429);
    from("2001:db8:1:3::1").await.expect(200);
}

#[tokio::test]
async fn without_a_trusted_proxy_the_forwarded_address_is_ignored() {
    for header in ["x-forwarded-for", "spin-client-addr"] {
        let app = App::start().await;
        let ada = app.guest().await;
        set_limit(&app, "address", 3, 600).await;
        for address in ["203.0.113.1", "203.0.113.2:1234", "203.0.113.3"] {
            send_forwarded(&ada, header, address).await.expect(200);
        }

        send_forwarded(&ada, header, "203.0.113.4").await.problem(429);
    }
}

#[tokio::test]
async fn after_a_few_wrong_passwords_the_right_one_is_limited_too() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    app.account("bob@example.com").await;
    set_limit(&app, "sign-in", 3, 600).await;
    for email in ["ada@example.com", "ADA@example.com", "ada@EXAMPLE.com"] {
        login(&app, email, "not that one").await.problem(401);
    }

    let refused = login(&app, "ada@example.com", "a sample password").await;

    refused.problem(429);
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|wait| wait > 0), "{refused:?}");
    login(&app, "bob@example.com", "a sample password").await.expect(200);
    assert_eq!(hits(&app).await, [json!({ "topic": "audit-events", "user_id": null, "limit": "sign-in" })]);
}

#[tokio::test]
async fn wrong_passwords_from_elsewhere_do_not_keep_the_owner_out() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    app.account("ada@example.com").await;
    for _ in 0..10 {
        login_from(&app, "203.0.113.7", "not that one").await.problem(401);
    }

    login_from(&app, "203.0.113.7", "a sample password").await.problem(429);
    login_from(&app, "203.0.113.8", "a sample password").await.expect(200);
}

#[tokio::test]
async fn who_is_limited_by_wrong_passwords_at_the_own_address_signs_in_by_a_link() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    set_limit(&app, "sign-in", 3, 600).await;
    set_limit(&app, "sign-in-account", 3, 600).await;
    for _ in 0..3 {
        login(&app, "ada@example.com", "not that one").await.problem(401);
    }

    let refused = login(&app, "ada@example.com", "a sample password").await;

    let detail = refused.problem(429)["detail"].clone();
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=200).contains(&wait), "{wait}");
    assert!(detail.as_str().is_some_and(|detail| detail.contains("/api/auth/forgot-password")), "{detail}");
    ada.get("/api/tasks").await.expect(200);
    let token = add_link(&app, &ada, "reset_password", "ada@example.com").await;
    let new = json!({ "token": token, "password": "another sample password" });
    app.post("/api/auth/reset-password", new).await.expect(204);
    login(&app, "ada@example.com", "another sample password").await.expect(200);
}

#[tokio::test]
async fn attempts_from_many_networks_are_limited_except_where_the_owner_is_signed_in() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    let ada = app.account("ada@example.com").await;
    login_from(&app, "198.51.100.1", "a sample password").await.expect(200);
    set_limit(&app, "sign-in-account", 3, 600).await;
    for address in ["203.0.113.1", "203.0.113.2", "203.0.113.3"] {
        login_from(&app, address, "not that one").await.problem(401);
    }

    login_from(&app, "203.0.113.4", "a sample password").await.problem(429);

    ada.get("/api/auth/me").await.expect(200);
    login_from(&app, "198.51.100.1", "a sample password").await.expect(200);
}

#[tokio::test]
async fn an_address_beyond_its_limit_takes_no_attempts_of_accounts() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    app.account("ada@example.com").await;
    set_limit(&app, "sign-in-address", 2, 600).await;
    set_limit(&app, "sign-in-account", 3, 600).await;
    for status in [401, 401, 429, 429, 429] {
        login_from(&app, "203.0.113.7", "not that one").await.expect(status);
    }

    login_from(&app, "203.0.113.8", "a sample password").await.expect(200);
}

#[tokio::test]
async fn use_in_another_network_makes_it_known() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    let ada = app.account("ada@example.com").await;
    app.database.change("update app.sessions set expires_at = now() + interval '1 day'").await;
    set_limit(&app, "sign-in-account", 1, 600).await;
    login_from(&app, "203.0.113.1", "not that one").await.problem(401);
    login_from(&app, "198.51.100.1", "a sample password").await.problem(429);

    send_forwarded(&ada, "x-forwarded-for", "198.51.100.1").await.expect(200);

    login_from(&app, "198.51.100.1", "a sample password").await.expect(200);
}

#[tokio::test]
async fn one_address_cannot_try_the_passwords_of_everybody() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    set_limit(&app, "sign-in-address", 3, 600).await;
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        login(&app, email, "a common password").await.problem(401);
    }

    login(&app, "ada@example.com", "a sample password").await.problem(429);
}

#[tokio::test]
async fn successful_sign_ins_do_not_count_as_attempts() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    set_limit(&app, "sign-in", 3, 600).await;
    set_limit(&app, "sign-in-address", 3, 600).await;

    for _ in 0..5 {
        login(&app, "ada@example.com", "a sample password").await.expect(200);
    }

    for _ in 0..3 {
        login(&app, "ada@example.com", "not that one").await.problem(401);
    }
    login(&app, "ada@example.com", "not that one").await.problem(429);
}

#[tokio::test]
async fn concurrent_attempts_are_limited_like_sequential_ones() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    set_limit(&app, "sign-in", 3, 600).await;
    let wrong = json!({ "email": "ada@example.com", "password": "not that one" });

    let trying: Vec<_> = (0..10)
        .map(|_| {
            let (ada, wrong) = (ada.clone(), wrong.clone());
            tokio::spawn(async move { ada.post("/api/auth/login", wrong).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in trying {
        statuses.push(one.await.unwrap());
    }

    statuses.sort_unstable();
    assert_eq!(statuses, [401, 401, 401, 429, 429, 429, 429, 429, 429, 429]);
}

#[tokio::test]
async fn a_failed_sign_in_is_logged_without_the_address() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;

    login(&app, "ada@example.com", "not that one").await.problem(401);
    login(&app, "nobody@example.com", "not that one").await.problem(401);

    let query = "select topic, user_id, outbox::text as whole from app.outbox
                  where type = 'auth.login_failed' order by occurred_at";
    let events = app.database.rows(query).await;
    let users: Vec<&Value> = events.iter().map(|event| &event["user_id"]).collect();
    assert_eq!(users, [&json!(ada.id()), &Value::Null]);
    for event in &events {
        assert_eq!(event["topic"], "audit-events");
        assert!(!event.to_string().contains('@') && !event.to_string().contains("not that one"), "{event}");
    }
}
