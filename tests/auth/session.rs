use serde_json::json;
use tests::App;

#[tokio::test]
async fn sign_out_ends_only_the_current_session() {
    let app = App::start().await;
    let here = app.account("ada@example.com").await;
    let session = app
        .post("/api/auth/login", json!({ "email": "ada@example.com", "password": "a sample password" }))
        .await;
    let there = app.person(&session);

    here.post("/api/auth/logout", json!({})).await.expect(204);

    here.get("/api/auth/me").await.problem(401);
    here.post("/api/auth/logout", json!({})).await.problem(401);
    there.get("/api/auth/me").await.expect(200);
}

#[tokio::test]
async fn missing_unknown_and_expired_sessions_are_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;

    for authorization in ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", &ada.token] {
        let response = app.call("GET", "/api/tasks").header("authorization", authorization).send().await;
        assert!(response.header("www-authenticate").starts_with("Bearer"), "{response:?}");
        response.problem(401);
    }
    app.get("/api/tasks").await.problem(401);
    app.database.change("update app.sessions set expires_at = now()").await;
    ada.get("/api/tasks").await.problem(401);
}

#[tokio::test]
async fn rejected_tokens_are_counted_by_address_and_minute() {
    let app = App::with(&[("trusted_proxy", "true")]).await;
    let try_from = async |address: &str| {
        let call = app.call("GET", "/api/tasks").header("authorization", "Bearer nonsense");
        call.header("x-forwarded-for", address).send().await.problem(401);
    };
    for address in ["203.0.113.7", "203.0.113.7", "203.0.113.8", "203.0.113.7", "203.0.113.7"] {
        try_from(address).await;
    }
    let query = "select details ->> 'address' as address, details -> 'times' as times from app.outbox
                  where type = 'token.rejected' order by position";
    let first = ["203.0.113.7", "203.0.113.8"].map(|address| json!({ "address": address, "times": 1 }));
    assert_eq!(app.database.rows(query).await, first);

    app.database.change("update app.incidents set reported_at = reported_at - interval '1 minute'").await;
    try_from("203.0.113.7").await;

    let rows = app.database.rows(query).await;
    assert_eq!(rows[2..], [json!({ "address": "203.0.113.7", "times": 4 })]);
}

#[tokio::test]
async fn use_extends_a_session() {
    let app = App::start().await;
    let ada = app.guest().await;
    app.database.change("update app.sessions set expires_at = now() + interval '1 day'").await;

    ada.get("/api/tasks").await.expect(200);

    let rows =
        app.database.rows("select expires_at > now() + interval '29 days' as longer from app.sessions").await;
    assert_eq!(rows, [json!({ "longer": true })]);
}

#[tokio::test]
async fn the_database_stores_only_the_fingerprint_of_a_token() {
    let app = App::start().await;
    let ada = app.guest().await;

    let sessions = app.database.rows("select * from app.sessions").await;

    assert_eq!(sessions.len(), 1);
    assert!(!sessions[0].to_string().contains(&ada.token));
}

#[tokio::test]
async fn of_many_concurrent_sign_outs_one_succeeds() {
    let app = App::start().await;
    for _ in 0..5 {
        let ada = app.guest().await;
        let leaving: Vec<_> = (0..8)
            .map(|_| {
                let ada = ada.clone();
                tokio::spawn(async move { ada.post("/api/auth/logout", json!({})).await.status })
            })
            .collect();
        let mut statuses = Vec::new();
        for one in leaving {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses[0], 204);
        assert!(statuses[1..].iter().all(|status| *status == 401), "{statuses:?}");
    }
}
