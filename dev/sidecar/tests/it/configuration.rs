use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::database::Database;
use crate::world::World;

const TABLE: &str = "
    create table dapr.configuration (key text not null, value text not null, version text not null, metadata json);
    insert into dapr.configuration values
        ('limit', '10', '1', null), ('limit', '20', '2', null), ('limit', '15', 'next', null),
        ('switch', 'on', '1', '{\"by\": \"ann\"}'), ('empty', '', '1', null)";

#[tokio::test]
async fn settings_are_read_at_each_request_and_the_newest_version_wins() {
    let database = Database::create().await;
    database.run(TABLE).await;
    let world = World::with_database(&database.connection_string()).await;

    let some = world.get("/v1.0/configuration/settings?key=limit&key=nothing").await;
    assert_eq!((some.status, some.json()), (200, json!({ "limit": { "value": "20", "version": "2" } })));
    assert_eq!(
        world.get("/v1.0/configuration/settings").await.body,
        r#"{"empty":{"version":"1"},"limit":{"value":"20","version":"2"},"switch":{"value":"on","version":"1","metadata":{"by":"ann"}}}"#
    );

    database.run("update dapr.configuration set value = '30' where version = '2'").await;
    let later = world.get("/v1.0/configuration/settings?key=limit").await;
    assert_eq!(later.json()["limit"]["value"], "30");
}

#[tokio::test]
async fn unknown_keys_are_absent_and_invalid_requests_are_errors() {
    let database = Database::create().await;
    database.run(TABLE).await;
    let world = World::with_database(&database.connection_string()).await;

    let nothing = world.get("/v1.0/configuration/settings?key=nothing").await;
    assert_eq!((nothing.status, nothing.body.as_str()), (204, ""));
    // As in real Dapr, a key with metadata finds nothing.
    assert_eq!(world.get("/v1.0/configuration/settings?key=limit&metadata.a=b").await.status, 204);
    assert_eq!(
        world.get("/v1.0/configuration/elsewhere?key=limit").await.failure(),
        (400, "ERR_CONFIGURATION_STORE_NOT_FOUND".into())
    );
    let invalid = world.get("/v1.0/configuration/settings?key=a%20b&key=c").await;
    assert_eq!(invalid.failure(), (500, "ERR_CONFIGURATION_GET".into()));
    assert_eq!(
        invalid.json()["message"],
        "failed to get [a b c] from Configuration store settings: invalid key : 'a b'"
    );

    database.run("alter table dapr.configuration add column more text").await;
    assert_eq!(world.get("/v1.0/configuration/settings").await.status, 500);
    database.run("drop table dapr.configuration").await;
    let missing = world.get("/v1.0/configuration/settings?key=limit").await;
    assert_eq!(missing.failure(), (500, "ERR_CONFIGURATION_GET".into()));
    assert!(missing.body.contains("does not exist"), "{}", missing.body);
}

/// A proxy in front of Postgres, whose connections end when `cut` is cancelled.
async fn proxy(listener: TcpListener, server: (String, u16), cut: CancellationToken) {
    let forward = async {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let (server, cut) = (server.clone(), cut.clone());
            tokio::spawn(cut.run_until_cancelled_owned(async move {
                let mut postgres = TcpStream::connect(server).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut postgres).await;
            }));
        }
    };
    cut.run_until_cancelled(forward).await;
}

#[tokio::test]
async fn requests_fail_with_500_while_postgres_is_down_and_then_work_again() {
    let database = Database::create().await;
    database.run(TABLE).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cut = CancellationToken::new();
    let first = tokio::spawn(proxy(listener, database.server(), cut.clone()));
    let world = World::with_database(&database.connection_string_at(address.port())).await;
    let get = async || world.get("/v1.0/configuration/settings?key=limit").await;
    assert_eq!(get().await.status, 200);

    cut.cancel();
    first.await.unwrap();
    assert_eq!(get().await.failure(), (500, "ERR_CONFIGURATION_GET".into()));
    assert_eq!(get().await.failure(), (500, "ERR_CONFIGURATION_GET".into()));

    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(proxy(listener, database.server(), CancellationToken::new()));
    assert_eq!(get().await.status, 200);
}
