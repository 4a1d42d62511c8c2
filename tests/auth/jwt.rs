//! Sign-in with a JWT of an issuer that the operator has configured. The keys are samples made for these
//! tests.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::{App, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const RS256: &[u8] = include_bytes!("keys/sample-rs256.pem");
const OTHER_RS256: &[u8] = include_bytes!("keys/sample-rs256-other.pem");
const ES256: &[u8] = include_bytes!("keys/sample-es256.pem");
const ED25519: &[u8] = include_bytes!("keys/sample-ed25519.pem");
const JWKS: &str = include_str!("keys/jwks.json");

/// `{"alg":"none","typ":"JWT"}`
const NOT_SIGNED: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";

/// A server of an issuer's keys.
pub struct Issuer {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    keys: Mutex<String>,
    /// Status and further headers of its responses.
    head: Mutex<String>,
    requests: AtomicUsize,
    hangs: AtomicBool,
}

impl Issuer {
    /// Starts a server with some of the sample keys.
    async fn with(ids: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            keys: Mutex::new(jwks(ids)),
            head: Mutex::new("200 OK".into()),
            requests: AtomicUsize::new(0),
            hangs: AtomicBool::new(false),
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(respond(stream, shared.clone()));
            }
        });
        Self { address, state }
    }

    pub async fn start() -> Self {
        Self::with(&["rs256", "es256", "ed25519"]).await
    }

    /// Starts TaskFlow with this issuer configured.
    pub async fn app(&self) -> App {
        self.app_with_scopes(None).await
    }

    /// Starts TaskFlow with this issuer configured, with those scopes of tokens that name none.
    async fn app_with_scopes(&self, default_scopes: Option<&[&str]>) -> App {
        let host = format!("http://{}", self.address);
        let mut issuer = json!({
            "issuer": "https://issuer.example",
            "jwks": format!("{host}/jwks.json"),
            "audience": "taskflow",
            "admin_claim": "roles",
            "admin_value": "taskflow-admin",
        });
        if let Some(scopes) = default_scopes {
            issuer["default_scopes"] = json!(scopes);
        }
        let issuers = json!([issuer]).to_string();
        App::with(&[("issuers", issuers.as_str()), ("issuer_host", host.as_str())]).await
    }

    fn rotate_to(&self, ids: &[&str]) {
        *self.state.keys.lock().unwrap() = jwks(ids);
    }

    /// Sets the status and further headers of its responses.
    fn answer_with(&self, head: &str) {
        *self.state.head.lock().unwrap() = head.into();
    }

    fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }
}

async fn respond(mut stream: TcpStream, state: Arc<State>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    state.requests.fetch_add(1, Ordering::SeqCst);
    if state.hangs.load(Ordering::SeqCst) {
        std::future::pending::<()>().await;
    }
    let (keys, head) = (state.keys.lock().unwrap().clone(), state.head.lock().unwrap().clone());
    let usual =
        format!("content-type: application/json\r\nconnection: close\r\ncontent-length: {}", keys.len());
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\n{usual}\r\n\r\n{keys}").as_bytes()).await;
}

fn jwks(ids: &[&str]) -> String {
    let all: Value = serde_json::from_str(JWKS).unwrap();
    let keys: Vec<&Value> =
        all["keys"].as_array().unwrap().iter().filter(|key| ids.iter().any(|id| key["kid"] == *id)).collect();
    assert_eq!(keys.len(), ids.len());
    json!({ "keys": keys }).to_string()
}

/// Returns the seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub fn claims(subject: &str) -> Value {
    json!({ "iss": "https://issuer.example", "aud": "taskflow", "sub": subject, "exp": now() + 300 })
}

fn signed(algorithm: Algorithm, id: &str, key: &EncodingKey, claims: &Value) -> String {
    let header = Header { kid: Some(id.to_owned()), ..Header::new(algorithm) };
    encode(&header, claims, key).unwrap()
}

fn rsa(key: &[u8]) -> EncodingKey {
    EncodingKey::from_rsa_pem(key).unwrap()
}

pub fn rs256(claims: &Value) -> String {
    signed(Algorithm::RS256, "rs256", &rsa(RS256), claims)
}

async fn me(app: &App, token: &str) -> Response {
    app.call("GET", "/api/auth/me").header("authorization", format!("Bearer {token}")).send().await
}

async fn count_rejected(app: &App) -> u64 {
    app.database.count_incidents("token.rejected").await
}

#[tokio::test]
async fn a_subject_of_an_issuer_becomes_a_user_with_every_signing_algorithm() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let es256 = EncodingKey::from_ec_pem(ES256).unwrap();
    let ed25519 = EncodingKey::from_ed_pem(ED25519).unwrap();

    for (algorithm, id, key) in [
        (Algorithm::RS256, "rs256", rsa(RS256)),
        (Algorithm::ES256, "es256", es256),
        (Algorithm::EdDSA, "ed25519", ed25519),
    ] {
        let mut claims = claims(id);
        claims["email"] = json!(format!("{id}@example.com"));
        claims["email_verified"] = json!(true);
        claims["name"] = json!("Ada");
        let token = signed(algorithm, id, &key, &claims);

        let user = me(&app, &token).await.expect(200).json();

        assert_eq!((&user["guest"], &user["admin"]), (&json!(false), &json!(false)), "{id}");
        assert_eq!(
            (&user["email"], &user["name"]),
            (&json!(format!("{id}@example.com")), &json!("Ada")),
            "{id}"
        );
        assert_eq!(
            me(&app, &token).await.expect(200).json(),
            user,
            "{id}: the second request is the same user"
        );
    }

    assert_eq!(app.database.rows("select id from app.users").await.len(), 3);
    assert_eq!(count_rejected(&app).await, 0);
}

#[tokio::test]
async fn a_user_of_an_issuer_creates_tasks_and_manages_their_account_if_the_issuer_is_configured_so() {
    let issuer = Issuer::start().await;
    let app = issuer.app_with_scopes(Some(&["read", "write", "account"])).await;
    let call = |method, path| {
        app.call(method, path).header("authorization", format!("Bearer {}", rs256(&claims("ada"))))
    };

    call("POST", "/api/tasks").json(&json!({ "title": "buy milk" })).send().await.expect(201);
    call("PATCH", "/api/auth/me").json(&json!({ "name": "Ada" })).send().await.expect(200);
    call("POST", "/api/auth/tokens").json(&script()).send().await.expect(201);

    assert_eq!(call("GET", "/api/tasks").send().await.expect(200).json()["items"][0]["title"], "buy milk");
    assert_eq!(call("GET", "/api/auth/me").send().await.expect(200).json()["name"], "Ada");
}

/// Returns a new personal access token.
fn script() -> Value {
    json!({ "name": "a script", "scopes": ["read", "write"] })
}

/// Returns the statuses of a read, a write, a change of the account, and a new personal access token.
async fn statuses(app: &App, claims: &Value) -> [u16; 4] {
    let call =
        |method, path| app.call(method, path).header("authorization", format!("Bearer {}", rs256(claims)));
    let task = json!({ "title": "buy milk" });
    [
        call("GET", "/api/tasks").send().await.status,
        call("POST", "/api/tasks").json(&task).send().await.status,
        call("PATCH", "/api/auth/me").json(&json!({ "name": "Ada" })).send().await.status,
        call("POST", "/api/auth/tokens").json(&script()).send().await.status,
    ]
}

#[tokio::test]
async fn a_jwt_that_names_no_scope_may_only_read_unless_its_issuer_is_configured_otherwise() {
    let issuer = Issuer::start().await;
    let configured: [(Option<&[&str]>, [u16; 4]); 4] = [
        (None, [200, 403, 403, 403]),
        (Some(&["read", "write"]), [200, 201, 403, 403]),
        (Some(&["read", "write", "account"]), [200, 201, 200, 201]),
        (Some(&[]), [403, 403, 403, 403]),
    ];
    for (default_scopes, expected) in configured {
        let app = issuer.app_with_scopes(default_scopes).await;
        for scope in [Value::Null, json!(""), json!("openid profile"), json!("account reader Write")] {
            let mut claims = claims("ada");
            claims["scope"] = scope.clone();
            assert_eq!(statuses(&app, &claims).await, expected, "{default_scopes:?}: {scope}");
        }
    }
}

#[tokio::test]
async fn a_jwt_that_names_scopes_has_just_these_and_never_makes_a_personal_access_token() {
    let issuer = Issuer::start().await;
    let app = issuer.app_with_scopes(Some(&["read", "write", "account"])).await;
    for (scope, expected) in [
        ("read", [200, 403, 403, 403]),
        ("openid write", [403, 201, 403, 403]),
        ("read write", [200, 201, 403, 403]),
        ("read write account", [200, 201, 403, 403]),
    ] {
        let mut claims = claims("ada");
        claims["scope"] = json!(scope);
        assert_eq!(statuses(&app, &claims).await, expected, "{scope}");
    }
    assert_eq!(app.database.rows("select id from app.tokens").await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_unverified_address_of_an_issuer_is_ignored() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let mut claims = claims("ada");
    claims["email"] = json!("ada@example.com");

    let user = me(&app, &rs256(&claims)).await.expect(200).json();

    assert!(user.get("email").is_none(), "{user}");
}

#[tokio::test]
async fn two_concurrent_first_requests_create_one_user() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    me(&app, &rs256(&claims("somebody else, for whom the keys are fetched"))).await.expect(200);
    for subject in ["ada", "bob", "eve"] {
        let token = rs256(&claims(subject));

        let (one, two) = tokio::join!(me(&app, &token), me(&app, &token));

        assert_eq!(one.expect(200).id(), two.expect(200).id());
    }
    assert_eq!(app.database.rows("select id from app.users").await.len(), 4);
}

#[tokio::test]
async fn an_invalid_token_is_rejected_and_logged() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let changed = |name: &str, value: Value| {
        let mut claims = claims("ada");
        claims[name] = value;
        rs256(&claims)
    };
    let good = rs256(&claims("ada"));
    let other = rs256(&claims("eve"));
    let parts: Vec<&str> = good.split('.').collect();
    let payload_of_other = other.split('.').nth(1).unwrap();
    let keys: Value = serde_json::from_str(JWKS).unwrap();
    let public_key = EncodingKey::from_secret(keys["keys"][0]["n"].as_str().unwrap().as_bytes());
    let all = [
        ("another issuer", changed("iss", json!("https://evil.example"))),
        ("for another audience", changed("aud", json!("another-app"))),
        ("without an audience", changed("aud", Value::Null)),
        ("over for more than the skew", changed("exp", json!(now() - 120))),
        ("without an end", changed("exp", Value::Null)),
        ("not yet valid", changed("nbf", json!(now() + 120))),
        ("about nobody", changed("sub", Value::Null)),
        ("with another payload", format!("{}.{payload_of_other}.{}", parts[0], parts[2])),
        ("with another signature", format!("{}.{}.{}", parts[0], parts[1], other.split('.').nth(2).unwrap())),
        ("not signed", format!("{NOT_SIGNED}.{}.", parts[1])),
        ("not signed, but with a signature", format!("{NOT_SIGNED}.{}.{}", parts[1], parts[2])),
        (
            "signed with the public key as a secret",
            signed(Algorithm::HS256, "rs256", &public_key, &claims("ada")),
        ),
        ("signed with another key", signed(Algorithm::RS256, "rs256", &rsa(OTHER_RS256), &claims("ada"))),
        (
            "signed with another algorithm than its key",
            signed(Algorithm::RS256, "es256", &rsa(RS256), &claims("ada")),
        ),
        (
            "signed with an algorithm that is not taken",
            signed(Algorithm::RS512, "rs256", &rsa(RS256), &claims("ada")),
        ),
        ("no token at all", "a.b.c".to_owned()),
    ];

    for (count, (what, token)) in (1..).zip(&all) {
        let response = me(&app, token).await;
        assert_eq!(response.status, 401, "{what}: {response:?}");
        response.problem(401);
        assert_eq!(count_rejected(&app).await, count, "{what}");
    }

    assert_eq!(app.database.rows("select id from app.users").await, Vec::<Value>::new());
    me(&app, &good).await.expect(200);
}

#[tokio::test]
async fn a_clock_skew_of_a_minute_is_tolerated() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let mut claims = claims("ada");
    claims["exp"] = json!(now() - 30);
    claims["nbf"] = json!(now() + 30);

    me(&app, &rs256(&claims)).await.expect(200);
}

#[tokio::test]
async fn without_a_configured_issuer_every_jwt_is_rejected() {
    let app = App::start().await;
    me(&app, &rs256(&claims("ada"))).await.problem(401);
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_requests() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;

    for subject in ["ada", "bob", "ada", "eve", "bob"] {
        me(&app, &rs256(&claims(subject))).await.expect(200);
    }

    assert_eq!(issuer.requests(), 1);
}

#[tokio::test]
async fn a_new_key_is_fetched_at_most_once_a_minute() {
    let issuer = Issuer::with(&["rs256"]).await;
    let app = issuer.app().await;
    me(&app, &rs256(&claims("ada"))).await.expect(200);
    issuer.rotate_to(&["rs256-other"]);
    let token = signed(Algorithm::RS256, "rs256-other", &rsa(OTHER_RS256), &claims("ada"));

    for _ in 0..3 {
        me(&app, &token).await.problem(401);
    }
    assert_eq!(issuer.requests(), 1, "unknown keys cause no further requests");

    let a_minute_later = "update app.issuers set requested_at = requested_at - interval '61 seconds'";
    app.database.change(a_minute_later).await;
    me(&app, &token).await.expect(200);
    assert_eq!(issuer.requests(), 2);
    me(&app, &rs256(&claims("ada"))).await.problem(401);
}

/// Lets the keys of the issuer become older.
async fn age_keys(app: &App, seconds: u32) {
    let age = format!(
        "update app.issuers set fetched_at = fetched_at - interval '{seconds} seconds',
                                requested_at = requested_at - interval '{seconds} seconds'"
    );
    app.database.change(&age).await;
}

#[tokio::test]
async fn keys_are_fetched_again_at_the_age_that_the_issuer_states_and_withdrawn_ones_end() {
    let issuer = Issuer::start().await;
    issuer.answer_with("200 OK\r\ncache-control: public, max-age=600");
    let app = issuer.app().await;
    let token = rs256(&claims("ada"));
    me(&app, &token).await.expect(200);
    issuer.rotate_to(&["es256"]);

    age_keys(&app, 590).await;
    me(&app, &token).await.expect(200);
    assert_eq!(issuer.requests(), 1);
    age_keys(&app, 20).await;
    me(&app, &token).await.problem(401);

    assert_eq!((issuer.requests(), count_rejected(&app).await), (2, 1));
}

#[tokio::test]
async fn keys_are_fetched_again_after_a_day_whatever_the_issuer_states() {
    for head in ["200 OK", "200 OK\r\ncache-control: max-age=31536000, immutable"] {
        let issuer = Issuer::start().await;
        issuer.answer_with(head);
        let app = issuer.app().await;
        let token = rs256(&claims("ada"));
        me(&app, &token).await.expect(200);
        issuer.rotate_to(&["es256"]);

        age_keys(&app, 86_300).await;
        me(&app, &token).await.expect(200);
        age_keys(&app, 200).await;
        me(&app, &token).await.problem(401);

        assert_eq!(issuer.requests(), 2, "{head}");
    }
}

#[tokio::test]
async fn a_key_that_changes_under_its_name_is_fetched_at_most_once_a_minute() {
    let issuer = Issuer::with(&["rs256"]).await;
    let app = issuer.app().await;
    me(&app, &rs256(&claims("ada"))).await.expect(200);
    let renamed = jwks(&["rs256-other"]).replace("rs256-other", "rs256");
    *issuer.state.keys.lock().unwrap() = renamed;
    let token = signed(Algorithm::RS256, "rs256", &rsa(OTHER_RS256), &claims("ada"));

    for _ in 0..3 {
        me(&app, &token).await.problem(401);
    }
    assert_eq!(issuer.requests(), 1);

    age_keys(&app, 61).await;
    me(&app, &token).await.expect(200);
    me(&app, &rs256(&claims("ada"))).await.problem(401);
    assert_eq!(issuer.requests(), 2);
}

#[tokio::test]
async fn the_keys_of_an_issuer_that_is_away_are_good_for_a_day() {
    let issuer = Issuer::start().await;
    issuer.answer_with("200 OK\r\ncache-control: max-age=60");
    let app = issuer.app().await;
    let token = rs256(&claims("ada"));
    me(&app, &token).await.expect(200);
    issuer.answer_with("500 Internal Server Error");

    age_keys(&app, 61).await;
    for _ in 0..3 {
        me(&app, &token).await.expect(200);
    }
    assert_eq!(issuer.requests(), 2, "it is asked once a minute");

    age_keys(&app, 86_400).await;
    me(&app, &token).await.problem(503);
    issuer.answer_with("200 OK");
    me(&app, &token).await.problem(503);
    age_keys(&app, 61).await;
    me(&app, &token).await.expect(200);
}

#[tokio::test]
async fn a_redirect_of_an_issuer_is_not_followed() {
    let (issuer, other) = (Issuer::start().await, Issuer::start().await);
    let app = issuer.app().await;
    for location in [format!("http://{}/jwks.json", other.address), "/other.json".into()] {
        issuer.answer_with(&format!("302 Found\r\nlocation: {location}"));
        age_keys(&app, 61).await;
        let before = issuer.requests();

        me(&app, &rs256(&claims("ada"))).await.problem(503);

        assert_eq!((issuer.requests(), other.requests()), (before + 1, 0));
    }
}

/// Takes ten seconds, because that timeout is the subject of the test.
#[tokio::test]
async fn a_request_to_an_unresponsive_issuer_times_out() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    issuer.state.hangs.store(true, Ordering::SeqCst);
    let token = rs256(&claims("ada"));
    let began = Instant::now();

    let response = me(&app, &token).await;

    assert!(began.elapsed() < Duration::from_secs(12), "it took {:?}", began.elapsed());
    response.problem(503);
    assert!(!response.header("retry-after").is_empty());
    assert_eq!((issuer.requests(), count_rejected(&app).await), (1, 0));
}

#[tokio::test]
async fn the_issuer_decides_which_users_are_administrators() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let with_roles = |roles: Value| {
        let mut claims = claims("ada");
        claims["roles"] = roles;
        rs256(&claims)
    };

    for (roles, admin) in [
        (json!(["reader", "taskflow-admin"]), true),
        (json!(["reader"]), false),
        (json!("taskflow-admin"), true),
        (json!(true), false),
        (json!("taskflow-admin"), true),
        (Value::Null, false),
    ] {
        let user = me(&app, &with_roles(roles.clone())).await.expect(200).json();
        assert_eq!(user["admin"], admin, "{roles}");
    }
}

#[tokio::test]
async fn an_issuer_cannot_take_over_an_account_by_its_address() {
    let issuer = Issuer::start().await;
    let app = issuer.app().await;
    let ada = app.account("ada@example.com").await;
    ada.task("a secret").await;
    let mut claims = claims("eve");
    claims["email"] = json!("ADA@example.com");
    claims["email_verified"] = json!(true);
    let token = rs256(&claims);

    let eve = me(&app, &token).await.expect(200);

    assert_ne!(eve.id(), ada.id());
    assert!(eve.json().get("email").is_none(), "{eve:?}");
    let tasks = app.call("GET", "/api/tasks").header("authorization", format!("Bearer {token}")).send().await;
    assert_eq!(tasks.expect(200).json()["items"], json!([]));
    let credentials = json!({ "email": "ada@example.com", "password": "a sample password" });
    assert_eq!(app.person(&app.post("/api/auth/login", credentials).await.expect(200)).id(), ada.id());
}
