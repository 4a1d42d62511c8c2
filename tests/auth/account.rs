use insta::assert_json_snapshot;
use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn a_guest_starts_at_once_in_their_own_time_zone() {
    let app = App::start().await;

    let session = app.post("/api/auth/guest", json!({ "timezone": "europe/berlin" })).await.expect(201);

    assert_json_snapshot!(session.json(), { ".token" => "[token]", ".expires_at" => "[time]", ".user.id" => "[id]" }, @r#"
    {
      "token": "[token]",
      "expires_at": "[time]",
      "user": {
        "id": "[id]",
        "email_verified": false,
        "guest": true,
        "admin": false,
        "timezone": "Europe/Berlin",
        "email_reminders": false
      }
    }
    "#);
    let guest = app.person(&session);
    assert_eq!(guest.get("/api/auth/me").await.expect(200).json(), session.json()["user"]);
}

#[tokio::test]
async fn a_guest_needs_no_input() {
    let app = App::start().await;

    let session = app.call("POST", "/api/auth/guest").send().await.expect(201);

    assert_eq!(session.json()["user"]["timezone"], "UTC");
    assert_eq!(app.call("POST", "/api/auth/register").send().await.wrong_members(), ["/email", "/password"]);
}

#[tokio::test]
async fn sign_in_ignores_the_letter_case_of_the_address() {
    let app = App::start().await;
    let account = json!({ "email": "Ada@Example.com", "password": "correct horse", "name": "Ada" });
    let registered = app.post("/api/auth/register", account).await.expect(201);
    assert_eq!(registered.json()["user"]["email"], "ada@example.com");
    assert_eq!(registered.json()["user"]["name"], "Ada");
    assert_eq!(registered.json()["user"]["guest"], false);

    let credentials = json!({ "email": "ada@example.COM", "password": "correct horse" });
    let session = app.post("/api/auth/login", credentials).await.expect(200);

    let ada = app.person(&session);
    assert_eq!(ada.get("/api/auth/me").await.expect(200).json(), registered.json()["user"]);
}

#[tokio::test]
async fn two_concurrent_registrations_of_an_address_create_one_account() {
    let app = App::start().await;
    let register = |email: &'static str| {
        app.post("/api/auth/register", json!({ "email": email, "password": "correct horse" }))
    };

    let (one, two) = tokio::join!(register("ada@example.com"), register("ADA@example.com"));

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    register("aDa@example.com").await.problem(409);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_response() {
    let app = App::start().await;
    app.account("ada@example.com").await;
    let login = |email: &'static str| {
        app.post("/api/auth/login", json!({ "email": email, "password": "not that one" }))
    };

    let mut wrong = login("ada@example.com").await.problem(401);
    let mut unknown = login("eve@example.com").await.problem(401);

    for problem in [&mut wrong, &mut unknown] {
        problem["correlation_id"] = Value::Null;
    }
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn a_password_is_stored_as_an_argon2id_hash_only() {
    let app = App::start().await;
    app.account("ada@example.com").await;

    let users = app.database.rows("select password_hash, users::text as whole from app.users").await;

    assert!(
        users[0]["password_hash"]
            .as_str()
            .is_some_and(|hash| hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"))
    );
    assert!(!users[0]["whole"].to_string().contains("a sample password"));
}

#[tokio::test]
async fn invalid_members_of_an_account_are_reported() {
    let app = App::start().await;

    let response = app
        .post(
            "/api/auth/register",
            json!({ "email": "ada", "password": "short", "timezone": "Mars/Olympus", "admin": true }),
        )
        .await;

    let mut wrong = response.wrong_members();
    wrong.sort();
    assert_eq!(wrong, ["/admin", "/email", "/password", "/timezone"]);
    assert!(!response.text.contains("short"), "the password is not repeated: {}", response.text);
}
