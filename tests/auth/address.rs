use serde_json::{Value, json};
use tests::App;

fn account(email: &str) -> Value {
    json!({ "email": email, "password": "a sample password" })
}

#[tokio::test]
async fn what_is_not_one_plain_visible_address_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;

    for email in [
        "<x@y.z>",
        "Ada <ada@example.com>",
        "a,b@c.d",
        "victim@x.com;a.b",
        "victim@x.com;ada@example.com",
        "\"ada\"@example.com",
        "ada@[127.0.0.1]",
        "ada@example.com\r\nBcc: eve@example.com",
        "a\u{200b}da@example.com",
        "ada@exam\u{ad}ple.com",
        "\u{feff}ada@example.com",
        "ada\u{2060}@example.com",
    ] {
        for path in ["/api/auth/register", "/api/auth/login"] {
            assert_eq!(app.post(path, account(email)).await.wrong_members(), ["/email"], "{path}: {email:?}");
        }
        assert_eq!(ada.post("/api/auth/upgrade", account(email)).await.wrong_members(), ["/email"]);
    }

    assert_eq!(app.database.rows("select 1 from app.users where email is not null").await, [] as [Value; 0]);
}

#[tokio::test]
async fn an_address_has_one_spelling_whatever_the_letter_case_and_the_form_of_its_domain() {
    let app = App::start().await;

    let registered = app.post("/api/auth/register", account("Ada+Tasks@EXÄMPLE.de")).await.expect(201);

    assert_eq!(registered.json()["user"]["email"], "ada+tasks@xn--exmple-cua.de");
    for spelling in ["ada+tasks@exämple.de", "ADA+TASKS@XN--EXMPLE-CUA.DE", "ada+tasks@xn--exmple-cua.de"] {
        app.post("/api/auth/register", account(spelling)).await.problem(409);
        let session = app.post("/api/auth/login", account(spelling)).await.expect(200);
        assert_eq!(session.json()["user"]["id"], registered.json()["user"]["id"], "{spelling}");
    }
    app.post("/api/auth/register", account("ada@exämple.de")).await.expect(201);
}
