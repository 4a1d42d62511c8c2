//! The address of a database, as its owner reaches it and as the functions do.

use std::collections::BTreeMap;
use std::net::IpAddr;

use anyhow::Context;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};

/// The address of a database and of somebody who owns it.
#[derive(Clone, Debug)]
pub struct DatabaseUrl(Config);

impl DatabaseUrl {
    /// The one that the environment names in `DATABASE_URL`, if it names one.
    pub fn from_environment() -> anyhow::Result<Option<Self>> {
        std::env::var("DATABASE_URL").ok().map(|url| Self::parse(&url)).transpose()
    }

    /// As in `postgres://owner:password@host:port/database?sslmode=require`.
    pub fn parse(url: &str) -> anyhow::Result<Self> {
        let config: Config = url.parse().map_err(|error| {
            anyhow::anyhow!(
                "DATABASE_URL cannot be read ({error}); it looks like \
                 postgres://owner:password@host:5432/taskflow?sslmode=require"
            )
        })?;
        Ok(Self(config))
    }

    /// A database of an embedded Postgres.
    pub fn local(port: u16, password: &str, database: &str) -> Self {
        let mut config = Config::new();
        config.host("127.0.0.1").port(port).user("postgres").password(password).dbname(database);
        config.ssl_mode(SslMode::Disable);
        Self(config)
    }

    /// Another database of the same Postgres.
    pub fn with_database(&self, name: &str) -> Self {
        let mut config = self.0.clone();
        config.dbname(name);
        Self(config)
    }

    /// The same as seen by another role.
    pub fn with_role(&self, name: &str, password: &str) -> Self {
        let mut config = self.0.clone();
        config.user(name).password(password);
        Self(config)
    }

    /// Its name.
    pub fn database(&self) -> &str {
        self.0.get_dbname().or(self.0.get_user()).unwrap_or("postgres")
    }

    /// A connection as the owner.
    pub async fn connect(&self) -> anyhow::Result<Client> {
        let mut config = self.0.clone();
        config.connect_timeout(std::time::Duration::from_secs(5));
        host::connect_postgres(&config).await.with_context(|| {
            format!("cannot reach the database {} at {}:{}", self.database(), self.host(), self.port())
        })
    }

    /// What the functions are told, as variables of `spin.toml`.
    pub fn variables(&self) -> BTreeMap<String, String> {
        [
            ("db_host", self.host()),
            ("db_port", self.port().to_string()),
            ("db_name", self.database().into()),
            ("db_tls", self.tls().into()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    /// The address with its password, for a test to use.
    pub fn to_text(&self) -> String {
        let password = self.0.get_password().map(String::from_utf8_lossy).unwrap_or_default();
        format!(
            "postgres://{}:{password}@{}:{}/{}?sslmode=disable",
            self.0.get_user().unwrap_or("postgres"),
            self.host(),
            self.port(),
            self.database()
        )
    }

    /// The address as Dapr takes it, with the schema where its tables are.
    pub fn connection_string(&self, schema: &str) -> String {
        let quote = |value: &str| format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"));
        let password = self.0.get_password().map(String::from_utf8_lossy).unwrap_or_default();
        format!(
            "host={} port={} user={} password={} dbname={} sslmode={} options={}",
            quote(&self.host()),
            self.port(),
            quote(self.0.get_user().unwrap_or("postgres")),
            quote(&password),
            quote(self.database()),
            self.tls(),
            quote(&format!("-c search_path={schema}"))
        )
    }

    /// Whether only this machine can reach it.
    pub fn is_of_this_machine(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host.starts_with('/')
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    fn host(&self) -> String {
        match self.0.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "localhost".into(),
        }
    }

    fn tls(&self) -> &'static str {
        match self.0.get_ssl_mode() {
            SslMode::Disable => "disable",
            SslMode::Prefer => "prefer",
            _ => "require",
        }
    }

    fn port(&self) -> u16 {
        self.0.get_ports().first().copied().unwrap_or(5432)
    }
}
