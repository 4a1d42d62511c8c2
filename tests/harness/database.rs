//! A database for each test: a copy of the template that `cargo dev test` has migrated.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};

use crate::Relay;

/// Database of one test. The next `cargo dev test` drops it.
#[derive(Debug)]
pub struct Database {
    server: Config,
    name: String,
}

impl Database {
    /// Copies the template.
    pub async fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server: Config = variable("TASKFLOW_TEST_DATABASE").parse().expect("the URL of a Postgres");
        let template = variable("TASKFLOW_TEST_TEMPLATE");
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let create = format!("create database {name} template {template}");
        connect(&server).await.batch_execute(&create).await.expect("a copy of the template");
        Self { server, name }
    }

    /// Returns the databases of all tests that have run.
    pub async fn all() -> Vec<Self> {
        let server: Config = variable("TASKFLOW_TEST_DATABASE").parse().expect("the URL of a Postgres");
        let names =
            "select datname::text from pg_database where datname ~ '^test_[0-9]+_[0-9]+$' and datallowconn";
        let rows = connect(&server).await.query(names, &[]).await.expect("the databases");
        rows.iter().map(|row| Self { server: server.clone(), name: row.get(0) }).collect()
    }

    /// Starts a relay in front of the server of all databases.
    pub async fn relay() -> Relay {
        let server: Config = variable("TASKFLOW_TEST_DATABASE").parse().expect("the URL of a Postgres");
        let host = match server.get_hosts() {
            [Host::Tcp(host)] => host.clone(),
            other => panic!("TASKFLOW_TEST_DATABASE names {other:?}"),
        };
        Relay::start(host, server.get_ports().first().copied().unwrap_or(5432)).await
    }

    /// Returns the variables of `spin.toml` that connect the functions to it.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let host = match self.server.get_hosts() {
            [Host::Tcp(host)] => host.clone(),
            other => panic!("TASKFLOW_TEST_DATABASE names {other:?}"),
        };
        let port = self.server.get_ports().first().copied().unwrap_or(5432).to_string();
        [("db_host", host), ("db_port", port), ("db_name", self.name.clone()), ("db_tls", "disable".into())]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// Returns the connection string for Dapr's components.
    pub fn connection_string(&self) -> String {
        let host = match self.server.get_hosts() {
            [Host::Tcp(host)] => host,
            other => panic!("TASKFLOW_TEST_DATABASE names {other:?}"),
        };
        let port = self.server.get_ports().first().copied().unwrap_or(5432);
        let user = self.server.get_user().unwrap_or("postgres");
        let password = self.server.get_password().map(String::from_utf8_lossy).unwrap_or_default();
        format!(
            "host={host} port={port} user={user} password='{password}' dbname={} sslmode=disable \
             options='-c search_path=dapr'",
            self.name
        )
    }

    /// Returns its URL, for commands.
    pub fn url(&self) -> String {
        let server = variable("TASKFLOW_TEST_DATABASE");
        let (server, options) = server.split_once('?').unwrap_or((&server, ""));
        let (server, _) = server.rsplit_once('/').expect("the URL names a database");
        format!("{server}/{}?{options}", self.name)
    }

    /// Ends all connections and refuses new ones, as if Postgres were restarting.
    pub async fn refuse_connections(&self) {
        let server = connect(&self.server).await;
        let refuse = format!("alter database {} allow_connections false", self.name);
        server.batch_execute(&refuse).await.expect("new connections are refused");
        let end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1";
        server.query(end, &[&self.name]).await.expect("existing connections end");
    }

    /// Accepts connections again.
    pub async fn accept_connections(&self) {
        let come = format!("alter database {} allow_connections true", self.name);
        connect(&self.server).await.batch_execute(&come).await.expect("connections are accepted");
    }

    /// Makes a backup, during which connections are refused.
    pub async fn back_up(&self) {
        self.refuse_connections().await;
        let copy = format!("create database {0}_backup template {0}", self.name);
        connect(&self.server).await.batch_execute(&copy).await.expect("a copy of the database");
        self.accept_connections().await;
    }

    /// Puts the backup in the place of the database.
    pub async fn restore(&self) {
        self.refuse_connections().await;
        let server = connect(&self.server).await;
        for statement in ["drop database {}", "alter database {}_backup rename to {}"] {
            let statement = statement.replace("{}", &self.name);
            server.batch_execute(&statement).await.expect("the backup takes the place of the database");
        }
    }

    /// Connects as the owner of the database.
    pub async fn owner(&self) -> Client {
        connect(self.server.clone().dbname(&self.name)).await
    }

    /// Runs a statement as the owner of the database.
    pub async fn change(&self, statement: &str) {
        self.owner()
            .await
            .batch_execute(statement)
            .await
            .unwrap_or_else(|error| panic!("{error:?}: {statement}"));
    }

    /// Connects as a role, with no way to regain the owner's rights.
    pub async fn role(&self, role: &str) -> Client {
        let client = self.owner().await;
        client.batch_execute(&format!("set session authorization {role}")).await.expect("the role exists");
        client
    }

    /// Installs a body that only this test uses and returns the name of its statement.
    pub async fn install(&self, stem: &str, body: &str) -> String {
        let framed = frames::frame(stem, body).expect("a body");
        self.change(&framed.create).await;
        framed.name
    }

    /// Returns the rows of a query, each as JSON.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        let query = format!("select to_jsonb(row) from ({query}) as row");
        let rows = self.owner().await.query(&query, &[]).await.expect("the query works");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Returns the events in the outbox, in order.
    pub async fn events(&self) -> Vec<Value> {
        let query = "select type, user_id, seq, subject_id, actor, correlation_id, before, after
                       from app.outbox order by user_id, seq";
        self.rows(query).await
    }

    /// Returns the number of security incidents of a type: those in the outbox, and those that were counted
    /// since.
    pub async fn count_incidents(&self, kind: &str) -> u64 {
        let query = format!(
            "select coalesce((select sum((details ->> 'times')::int) from app.outbox where type = '{kind}'), 0)
                  + coalesce((select sum(times) from app.incidents where type = '{kind}'), 0) as many"
        );
        self.rows(&query).await[0]["many"].as_u64().expect("a number")
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests by `cargo dev test`"))
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("the Postgres of the tests answers");
    tokio::spawn(connection);
    client
}
