//! A new database for one test.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};

use crate::app::App;

pub struct Database {
    name: String,
    host: String,
    port: String,
    user: String,
    password: String,
    /// Connection of the test.
    pub client: Client,
    server: Config,
}

impl Database {
    pub async fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var("TASKFLOW_TEST_DATABASE").expect(
            "TASKFLOW_TEST_DATABASE must be the URL of a Postgres superuser, \
             such as postgres://postgres@127.0.0.1:5432/postgres",
        );
        let server: Config = url.parse().expect("TASKFLOW_TEST_DATABASE is a URL of Postgres");
        let name = format!("host_it_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        connect(&server).await.batch_execute(&format!("create database {name}")).await.expect("a database");
        let host = match &server.get_hosts()[0] {
            Host::Tcp(host) => host.clone(),
            other => panic!("TASKFLOW_TEST_DATABASE must be reached over TCP, not {other:?}"),
        };
        Self {
            client: connect(server.clone().dbname(&name)).await,
            name,
            host,
            port: server.get_ports().first().unwrap_or(&5432).to_string(),
            user: server.get_user().unwrap_or("postgres").to_owned(),
            password: String::from_utf8_lossy(server.get_password().unwrap_or_default()).into_owned(),
            server,
        }
    }

    pub fn address(&self) -> String {
        self.address_at(&self.host, &self.port)
    }

    pub fn address_at(&self, host: &str, port: &str) -> String {
        format!("postgres://{}:{}@{host}:{port}/{}?sslmode=disable", self.user, self.password, self.name)
    }

    /// Starts an app that may connect to it.
    pub async fn app(&self) -> App {
        App::with(&self.variables()).await
    }

    /// Returns the variables that let a component connect to it.
    pub fn variables(&self) -> [(&str, &str); 2] {
        [("database_host", &self.host), ("database_port", &self.port)]
    }

    pub fn port(&self) -> &str {
        &self.port
    }

    /// Runs calls on one connection of a guest and returns their results.
    pub async fn calls(&self, app: &App, calls: Value) -> Value {
        app.post("/database", json!({ "address": self.address(), "calls": calls })).await.json()
    }

    pub async fn query(&self, app: &App, statement: &str) -> Value {
        self.calls(app, json!([{ "statement": statement }])).await[0].clone()
    }

    pub async fn drop(self) {
        drop(self.client);
        connect(&self.server)
            .await
            .batch_execute(&format!("drop database {} with (force)", self.name))
            .await
            .expect("the database is dropped");
    }
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("the test database answers");
    tokio::spawn(connection);
    client
}
