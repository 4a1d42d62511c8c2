use serde_json::{Value, json};

use crate::database::Database;
use crate::world::{TestResponse, World};

async fn world() -> (Database, World) {
    let database = Database::create().await;
    let world = World::with_database(&database.connection_string()).await;
    (database, world)
}

impl World {
    async fn save(&self, item: Value) -> TestResponse {
        self.post("/v1.0/state/state", json!([item])).await
    }

    async fn etag(&self, key: &str) -> String {
        self.get(&format!("/v1.0/state/state/{key}")).await.headers["etag"].to_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_value_can_be_saved_read_and_deleted() {
    let (database, world) = world().await;

    let saved = world
        .post(
            "/v1.0/state/state",
            json!([{ "key": "a b", "value": { "b": 1, "a": [true, null] } }, { "key": "c" }]),
        )
        .await;
    assert_eq!((saved.status, saved.body.as_str()), (204, ""));

    let got = world.get("/v1.0/state/state/a%20b").await;
    assert_eq!((got.status, got.body.as_str()), (200, r#"{"a":[true,null],"b":1}"#));
    assert_eq!(got.headers["content-type"], "application/json");
    assert_eq!(got.headers["etag"].len(), 36);
    assert_eq!(world.get("/v1.0/state/state/c").await.body, "null");
    let nothing = world.get("/v1.0/state/state/nothing").await;
    assert_eq!((nothing.status, nothing.body.as_str()), (204, ""));

    assert_eq!(world.call("DELETE", "/v1.0/state/state/a+b", &[], "").await.status, 204);
    assert_eq!(world.call("DELETE", "/v1.0/state/state/a+b", &[], "").await.status, 204);
    assert_eq!(world.get("/v1.0/state/state/a%20b").await.status, 204);

    // The rows are those that Dapr would write.
    let rows = database
        .client()
        .await
        .query("select key, (select value from dapr.dapr_metadata) from dapr.state", &[])
        .await
        .unwrap();
    let rows: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(rows, [("taskflow||c".to_owned(), "1".to_owned())]);
}

#[tokio::test]
async fn a_write_with_an_outdated_etag_is_rejected() {
    let (_database, world) = world().await;
    assert_eq!(world.save(json!({ "key": "k", "value": 1 })).await.status, 204);
    let seen = world.etag("k").await;
    assert_eq!(world.save(json!({ "key": "k", "value": 2, "etag": seen })).await.status, 204);

    let late = world.save(json!({ "key": "k", "value": 3, "etag": seen })).await;
    assert_eq!(late.failure(), (409, "ERR_STATE_SAVE".into()));
    assert_eq!(
        late.json()["message"],
        "failed saving state in state store state: possible etag mismatch. error from state store"
    );
    assert_eq!(world.save(json!({ "key": "k", "value": 3, "etag": "nonsense" })).await.status, 409);
    assert_eq!(world.save(json!({ "key": "new", "value": 3, "etag": seen })).await.status, 409);
    assert_eq!(world.get("/v1.0/state/state/k").await.body, "2");

    let delete =
        async |etag: &str| world.call("DELETE", "/v1.0/state/state/k", &[("if-match", etag)], "").await;
    assert_eq!(delete(&seen).await.failure(), (409, "ERR_STATE_DELETE".into()));
    assert_eq!(delete(&world.etag("k").await.to_uppercase()).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_first_writes_one_succeeds() {
    let (_database, world) = world().await;
    let write = async |value: u32| {
        world.save(json!({ "key": "k", "value": value, "options": { "concurrency": "first-write" } })).await
    };
    let responses = tokio::join!(write(1), write(2), write(3), write(4));
    let responses = [responses.0, responses.1, responses.2, responses.3];

    let mut codes = responses.iter().map(|response| response.status).collect::<Vec<_>>();
    codes.sort_unstable();
    assert_eq!(codes, [204, 500, 500, 500]);
    let rejected = responses.iter().find(|response| response.status == 500).unwrap();
    assert!(rejected.body.ends_with(r#"no item was updated"}"#), "{}", rejected.body);

    // The same holds for writes with the same etag.
    let etag = world.etag("k").await;
    let write =
        async |value: u32| world.save(json!({ "key": "k", "value": value, "etag": etag })).await.status;
    let mut codes: [u16; 3] = tokio::join!(write(5), write(6), write(7)).into();
    codes.sort_unstable();
    assert_eq!(codes, [204, 409, 409]);
}

#[tokio::test]
async fn an_expired_item_is_absent_and_can_be_created_again() {
    let (database, world) = world().await;
    let item = |ttl: &str| json!({ "key": "k", "value": 1, "metadata": { "ttlInSeconds": ttl }, "options": { "concurrency": "first-write" } });
    assert_eq!(world.save(item("100")).await.status, 204);
    let got = world.get("/v1.0/state/state/k").await;
    let expires = got.headers["metadata.ttlexpiretime"].to_str().unwrap();
    assert!(expires.len() == 20 && expires.ends_with('Z'), "{expires}");
    assert_eq!(world.save(item("100")).await.status, 500);

    database.run("update dapr.state set expires_at = now() - interval '1 second'").await;
    assert_eq!(world.get("/v1.0/state/state/k").await.status, 204);
    assert_eq!(
        world.save(json!({ "key": "k", "value": 1, "etag": world_etag(&database).await })).await.status,
        409
    );
    assert_eq!(world.save(item("-1")).await.status, 204);
    let forever = world.get("/v1.0/state/state/k").await;
    assert_eq!((forever.status, forever.headers.get("metadata.ttlexpiretime")), (200, None));

    // A query parameter takes precedence.
    let path = "/v1.0/state/state?metadata.ttlInSeconds=50";
    assert_eq!(world.post(path, json!([{ "key": "other", "value": 1 }])).await.status, 204);
    assert!(world.get("/v1.0/state/state/other").await.headers.contains_key("metadata.ttlexpiretime"));
    for wrong in ["soon", "-2", "99999999999"] {
        assert_eq!(world.save(item(wrong)).await.failure(), (500, "ERR_STATE_SAVE".into()), "{wrong}");
    }
}

async fn world_etag(database: &Database) -> String {
    database.client().await.query_one("select etag::text from dapr.state", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn several_items_can_be_read_at_once() {
    let (_database, world) = world().await;
    world.save(json!({ "key": "a", "value": "x" })).await;

    let many =
        world.post("/v1.0/state/state/bulk", json!({ "keys": ["b", "a"], "parallelism": 10 })).await.json();

    assert_eq!(many, json!([{ "key": "a", "data": "x", "etag": world.etag("a").await }, { "key": "b" }]));
    assert_eq!(world.post("/v1.0/state/state/bulk", json!({ "keys": [] })).await.json(), json!([]));
}

#[tokio::test]
async fn items_of_one_request_are_written_independently() {
    let (_database, world) = world().await;
    let etag = "0198c0de-0000-7000-8000-000000000001";

    let some = world
        .post(
            "/v1.0/state/state",
            json!([{ "key": "a", "value": 1, "etag": etag }, { "key": "b", "value": 2 }]),
        )
        .await;

    assert_eq!(some.failure(), (409, "ERR_STATE_SAVE".into()));
    assert_eq!(world.get("/v1.0/state/state/b").await.body, "2");
}

#[tokio::test]
async fn numbers_are_stored_as_by_dapr() {
    let (_database, world) = world().await;

    world
        .call(
            "POST",
            "/v1.0/state/state",
            &[],
            r#"[{"key": "n", "value": [1, 1.0, -7, 0.5, 9007199254740993, true]}]"#,
        )
        .await;

    assert_eq!(world.get("/v1.0/state/state/n").await.body, "[1,1,-7,0.5,9007199254740992,true]");
}

#[tokio::test]
async fn invalid_requests_are_rejected_as_by_dapr() {
    let (_database, world) = world().await;
    let malformed = (400, "ERR_MALFORMED_REQUEST".to_owned());

    assert_eq!(world.post("/v1.0/state/state", json!({ "key": "a" })).await.failure(), malformed);
    assert_eq!(world.post("/v1.0/state/state", json!([{ "value": 1 }])).await.failure(), malformed);
    assert_eq!(world.save(json!({ "key": "a||b", "value": 1 })).await.failure(), malformed);
    assert_eq!(world.get("/v1.0/state/state/a%7C%7Cb").await.failure(), malformed);
    assert_eq!(world.call("POST", "/v1.0/state/state", &[], "nonsense").await.failure(), malformed);
    assert_eq!(world.post("/v1.0/state/state", json!([])).await.status, 204);
    assert_eq!(
        world.get("/v1.0/state/elsewhere/a").await.failure(),
        (400, "ERR_STATE_STORE_NOT_FOUND".into())
    );
    let option = json!({ "key": "a", "value": 1, "options": { "concurrency": "best" } });
    assert_eq!(world.save(option).await.failure(), (500, "ERR_STATE_SAVE".into()));
}

#[tokio::test]
async fn requests_fail_without_postgres() {
    let world = World::new().await;

    assert_eq!(world.save(json!({ "key": "a", "value": 1 })).await.failure(), (500, "ERR_STATE_SAVE".into()));
    assert_eq!(world.get("/v1.0/state/state/a").await.failure(), (500, "ERR_STATE_GET".into()));
}
