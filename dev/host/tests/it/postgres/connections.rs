//! Reuse of pooled connections, and their state.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::app::{App, is_embedded};
use crate::database::Database;

#[tokio::test]
async fn settings_locks_and_temporary_tables_do_not_leak_into_the_next_request() {
    let database = Database::create().await;
    let app = database.app().await;
    let leave = json!([
        { "execute": true, "statement": "set my.setting = 'left'" },
        { "execute": true, "statement": "create temporary table leftover (id int)" },
        { "statement": "select pg_advisory_lock(42)::text" },
    ]);
    database.calls(&app, leave).await;
    let inspect = "select coalesce(current_setting('my.setting', true), ''), to_regclass('leftover')::text, \
                (select count(*) from pg_locks where locktype = 'advisory')";
    let response = database.query(&app, inspect).await;
    assert_eq!(response["rows"][0], json!(["DbValue::Str(\"\")", "DbValue::DbNull", "DbValue::Int64(0)"]));
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn an_open_transaction_is_not_ended_by_the_host() {
    let database = Database::create().await;
    let app = database.app().await;
    database.client.batch_execute("create table t (id int)").await.unwrap();
    let insert = json!([
        { "execute": true, "statement": "begin" },
        { "execute": true, "statement": "insert into t values (1)" },
    ]);
    database.calls(&app, insert).await;
    let inside = database.query(&app, "select count(*) from t").await;
    assert_eq!(inside["rows"][0][0], "DbValue::Int64(1)");
    let outside: i64 = database.client.query_one("select count(*) from t", &[]).await.unwrap().get(0);
    assert_eq!(outside, 0);
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_connection_is_reused_after_a_trap() {
    let database = Database::create().await;
    let app = database.app().await;
    let first = database.query(&app, "select pg_backend_pid()").await;
    let trap = json!({ "address": database.address(), "calls": [{ "statement": "select 1" }], "trap": true });
    assert!(app.post("/database", trap).await.is_error(500));
    assert_eq!(database.query(&app, "select pg_backend_pid()").await, first);
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn at_most_64_connections_are_open_and_every_request_gets_its_turn() {
    let database = Database::create().await;
    let app = Arc::new(database.app().await);
    let body =
        json!({ "address": database.address(), "calls": [{ "statement": "select pg_sleep(0.05)::text" }] });
    let mut requests = JoinSet::new();
    for _ in 0..200 {
        let (app, body) = (app.clone(), body.clone());
        requests.spawn(async move { app.post("/database", body).await.json() });
    }
    for response in requests.join_all().await {
        assert_eq!(response[0]["rows"][0][0], "DbValue::Str(\"\")");
    }
    let count = "select count(*) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid()";
    let open: i64 = database.client.query_one(count, &[]).await.unwrap().get(0);
    assert!((2..=64).contains(&open), "{open}");
    drop(app);
    database.drop().await;
}

#[tokio::test]
async fn a_connection_closed_by_the_server_is_replaced() {
    let database = Database::create().await;
    let app = database.app().await;
    database.query(&app, "select 1").await;
    let end = "select pg_terminate_backend(pid, 2000) from pg_stat_activity \
               where datname = current_database() and pid <> pg_backend_pid()";
    database.client.query(end, &[]).await.unwrap();
    let response = database.query(&app, "select 1").await;
    assert_eq!(response["rows"][0][0], "DbValue::Int32(1)", "{response}");
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_table_that_changes_between_two_requests_causes_no_error() {
    let database = Database::create().await;
    let app = database.app().await;
    database.client.batch_execute("create table t (id int); insert into t values (1)").await.unwrap();
    assert_eq!(database.query(&app, "select * from t").await["rows"][0].as_array().unwrap().len(), 1);
    database.client.batch_execute("alter table t add other int").await.unwrap();
    let response = database.query(&app, "select * from t").await;
    assert_eq!(response["rows"][0].as_array().map(Vec::len), Some(2), "{response}");
    database.calls(&app, json!([{ "execute": true, "statement": "deallocate all" }])).await;
    assert_eq!(database.query(&app, "select * from t").await["rows"][0].as_array().unwrap().len(), 2);
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_slow_statement_is_waited_for_as_long_as_the_server_responds_to_others() {
    let database = Database::create().await;
    let app = database.app().await;
    let response = database.query(&app, "select pg_sleep(2)::text").await;
    assert_eq!(response["rows"][0][0], "DbValue::Str(\"\")", "{response}");
    app.stop().await;
    database.drop().await;
}

#[tokio::test]
async fn a_slow_statement_is_waited_for_while_other_calls_get_results_though_new_connections_get_none() {
    if !is_embedded() {
        return;
    }
    let database = Database::create().await;
    // A relay to the server that leaves new connections without a response once it is busy.
    let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = relay.local_addr().unwrap().port().to_string();
    let server = format!("127.0.0.1:{}", database.port());
    let is_busy = Arc::new(AtomicBool::new(false));
    let relayed = tokio::spawn({
        let is_busy = is_busy.clone();
        async move {
            let mut silent = Vec::new();
            while let Ok((mut client, _)) = relay.accept().await {
                if is_busy.load(Ordering::Relaxed) {
                    silent.push(client);
                    continue;
                }
                let mut server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
            }
        }
    });
    let app = App::with(&[("database_port", &port)]).await;
    let address = database.address_at("127.0.0.1", &port);
    let query = async |statement: &str| {
        let body = json!({ "address": address, "calls": [{ "statement": statement }] });
        app.post("/database", body).await.json()[0].clone()
    };
    tokio::join!(query("select pg_sleep(0.3)::text"), query("select pg_sleep(0.3)::text"));
    is_busy.store(true, Ordering::Relaxed);

    let others = async {
        for _ in 0..4 {
            sleep(Duration::from_millis(700)).await;
            query("select 1").await;
        }
    };
    let (slow, ()) = tokio::join!(query("select pg_sleep(2.5)::text"), others);

    assert_eq!(slow["rows"][0][0], "DbValue::Str(\"\")", "{slow}");
    app.stop().await;
    relayed.abort();
    database.drop().await;
}
