//! A database for one test.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};

/// A database that the next `cargo dev test` drops.
pub struct Database {
    server: Config,
    name: String,
}

impl Database {
    /// Creates a database that is empty except for the schema `dapr`.
    pub async fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("TASKFLOW_TEST_DATABASE")
            .expect("TASKFLOW_TEST_DATABASE is not set: run the tests by `cargo dev test`");
        let server: Config = server.parse().unwrap();
        let name = format!("test_sidecar_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        connect(&server).await.batch_execute(&format!("create database {name}")).await.unwrap();
        let database = Self { server, name };
        database.run("create schema dapr").await;
        database
    }

    /// Returns a connection string in the form that Dapr takes.
    pub fn connection_string(&self) -> String {
        self.connection_string_at(self.server.get_ports().first().copied().unwrap_or(5432))
    }

    /// Returns a connection string with another port.
    pub fn connection_string_at(&self, port: u16) -> String {
        let [Host::Tcp(host)] = self.server.get_hosts() else { panic!("TASKFLOW_TEST_DATABASE has no host") };
        let password = self.server.get_password().map(String::from_utf8_lossy).unwrap_or_default();
        let user = self.server.get_user().unwrap_or("postgres");
        format!(
            "host={host} port={port} user={user} password='{password}' dbname={} sslmode=disable \
             options='-c search_path=dapr'",
            self.name
        )
    }

    pub fn server(&self) -> (String, u16) {
        let [Host::Tcp(host)] = self.server.get_hosts() else { panic!("TASKFLOW_TEST_DATABASE has no host") };
        (host.clone(), self.server.get_ports().first().copied().unwrap_or(5432))
    }

    pub async fn run(&self, statements: &str) {
        self.client().await.batch_execute(statements).await.unwrap();
    }

    pub async fn client(&self) -> Client {
        connect(self.server.clone().dbname(&self.name)).await
    }
}

async fn connect(config: &Config) -> Client {
    let (client, connection) =
        config.connect(NoTls).await.expect("a connection to the Postgres of the tests");
    tokio::spawn(connection);
    client
}
