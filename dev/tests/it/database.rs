//! A database of the test's own, on the server of the tests.

use tokio_postgres::{Config, NoTls};

/// Empty database.
pub struct Database {
    name: String,
    server: Config,
}

impl Database {
    /// Creates a database, empty.
    pub async fn create(name: &str) -> Self {
        let server = std::env::var("TASKFLOW_TEST_DATABASE").expect("run the tests by `cargo dev test`");
        let name = format!("test_dev_{name}");
        let server: Config = server.parse().unwrap();
        let (owner, connection) = server.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        owner.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
        owner.batch_execute(&format!("create database {name}")).await.unwrap();
        Self { name, server }
    }

    /// Address of its server.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.get_ports()[0])
    }

    /// URL with another address of the server.
    pub fn url_at(&self, address: &str, tls: &str) -> String {
        let password = String::from_utf8_lossy(self.server.get_password().unwrap()).into_owned();
        format!("postgres://postgres:{password}@{address}/{}?sslmode={tls}", self.name)
    }
}
