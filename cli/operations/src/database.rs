//! The address of a database, and connections to it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::tls;

const TCP_TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout for a server that accepts connections and does not respond.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Address of a database and credentials of a role.
#[derive(Clone, Debug)]
pub struct DatabaseUrl(Config);

impl DatabaseUrl {
    /// Reads `DATABASE_URL`, and the password from `DATABASE_PASSWORD` or from the file that
    /// `DATABASE_PASSWORD_FILE` names. `None` without `DATABASE_URL`.
    pub fn from_environment() -> anyhow::Result<Option<Self>> {
        let Some(url) = variable("DATABASE_URL")? else { return Ok(None) };
        let mut url = Self::parse(&url)?;
        if let Some(path) = variable("DATABASE_PASSWORD_FILE")? {
            let password = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {path}, the file that DATABASE_PASSWORD_FILE names"))?;
            url.0.password(password.trim_end_matches(['\r', '\n']));
        } else if let Some(password) = variable("DATABASE_PASSWORD")? {
            url.0.password(password);
        }
        Ok(Some(url))
    }

    /// Parses a URL such as `postgres://owner:password@host:port/database?sslmode=require`.
    pub fn parse(url: &str) -> anyhow::Result<Self> {
        let config: Config = url.parse().map_err(|error| {
            anyhow!(
                "DATABASE_URL is invalid ({error}). It looks like \
                 postgres://owner@host:5432/taskflow?sslmode=require"
            )
        })?;
        Ok(Self(config))
    }

    /// A database of the Postgres on this machine that listens on a port.
    pub fn local(port: u16, password: &str, database: &str) -> Self {
        let mut config = Config::new();
        config.host("127.0.0.1").port(port).user("postgres").password(password).dbname(database);
        config.ssl_mode(SslMode::Disable);
        Self(config)
    }

    /// Another database of the same server.
    pub fn with_database(&self, name: &str) -> Self {
        let mut config = self.0.clone();
        config.dbname(name);
        Self(config)
    }

    /// The same database with the credentials of another role.
    pub fn with_role(&self, name: &str, password: &str) -> Self {
        let mut config = self.0.clone();
        config.user(name).password(password);
        Self(config)
    }

    /// Name of the database.
    pub fn database(&self) -> &str {
        self.0.get_dbname().unwrap_or(self.user())
    }

    /// Connects, with TLS unless the URL disables it. Certificates are checked against the authorities that
    /// the system trusts, or those of `SSL_CERT_FILE`.
    pub async fn connect(&self) -> anyhow::Result<Client> {
        let mut config = self.0.clone();
        config.connect_timeout(TCP_TIMEOUT);
        match timeout(CONNECT_TIMEOUT, connect(&config)).await {
            Ok(connected) => connected.map_err(|error| self.explain(error)),
            Err(_) => Err(anyhow!(
                "{}: the server accepts connections but does not respond",
                self.unreachable_message()
            )),
        }
    }

    /// The variables of `spin.toml` that name this database.
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

    /// The URL with its password, for tests on this machine.
    pub fn to_text(&self) -> String {
        format!(
            "postgres://{}:{}@{}:{}/{}?sslmode=disable",
            self.user(),
            self.password(),
            self.host(),
            self.port(),
            self.database()
        )
    }

    /// The connection string that Dapr's components take, with the schema of Dapr's tables.
    pub fn connection_string(&self, schema: &str) -> String {
        let quote = |value: &str| format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"));
        format!(
            "host={} port={} user={} password={} dbname={} sslmode={} options={}",
            quote(&self.host()),
            self.port(),
            quote(self.user()),
            quote(&self.password()),
            quote(self.database()),
            self.tls(),
            quote(&format!("-c search_path={schema}"))
        )
    }

    /// True if only this machine can reach the server.
    pub fn is_local(&self) -> bool {
        let host = self.host();
        host == "localhost"
            || host.starts_with('/')
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    fn explain(&self, error: tokio_postgres::Error) -> anyhow::Error {
        let (database, user) = (self.database(), self.user());
        let server = format!("{}:{}", self.host(), self.port());
        match error.code() {
            Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => anyhow!(
                "the server {server} rejects the password of {user}: check DATABASE_URL, or the password in \
                 DATABASE_PASSWORD or DATABASE_PASSWORD_FILE"
            ),
            Some(&SqlState::INVALID_CATALOG_NAME) => {
                anyhow!(
                    "the server {server} has no database {database}: create it first, as with `createdb {database}`"
                )
            }
            _ => anyhow::Error::new(error).context(self.unreachable_message()),
        }
    }

    fn unreachable_message(&self) -> String {
        format!("cannot reach the database {} at {}:{}", self.database(), self.host(), self.port())
    }

    fn user(&self) -> &str {
        self.0.get_user().unwrap_or("postgres")
    }

    fn password(&self) -> String {
        self.0.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
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

/// An environment variable; `None` if it is empty or not set.
fn variable(name: &str) -> anyhow::Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {name}")),
    }
}

/// The spawned task ends when the client is dropped. The client reports its errors.
async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    if config.get_ssl_mode() == SslMode::Disable {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let (client, connection) = config.connect(MakeRustlsConnect::new(tls::config())).await?;
    tokio::spawn(connection);
    Ok(client)
}
