//! A database that the functions can use: there, migrated, and with a role that they can sign in as.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};

use crate::database::{DataFolder, DatabaseUrl, Embedded, Purpose, migrations};
use crate::project;

/// What `spin.toml` has for a database of one's own machine.
const SAMPLE_PASSWORD: &str = "sample-password-for-this-machine";

/// A database that the functions can use. An embedded one stops when this is dropped.
pub struct Ready {
    /// What the functions are told, as variables of `spin.toml`.
    pub variables: BTreeMap<String, String>,
    /// How its owner reaches it.
    pub url: DatabaseUrl,
    /// The Postgres behind it, where it is ours.
    pub embedded: Option<Embedded>,
}

/// Gets the database ready: the one that `DATABASE_URL` names, or an embedded one.
pub async fn prepare(data: &DataFolder) -> anyhow::Result<Ready> {
    let (embedded, url) = match DatabaseUrl::from_environment()? {
        Some(url) => (None, url),
        None => {
            let (embedded, url) = start_embedded(data).await?;
            (Some(embedded), url)
        }
    };
    migrate(&url).await?;
    Ok(Ready { variables: url.variables(), url, embedded })
}

/// Starts the Postgres of a data folder, with an empty database of the usual name if there is none.
pub async fn start_embedded(data: &DataFolder) -> anyhow::Result<(Embedded, DatabaseUrl)> {
    let port = variable("db_port")?.parse().context("db_port in spin.toml is a port")?;
    let embedded = Embedded::start(data, port, Purpose::Keep).await?;
    let url = embedded.url(&variable("db_name")?);
    create_if_missing(&embedded.url("postgres"), url.database()).await?;
    Ok((embedded, url))
}

/// Brings the schema up to date, and lets the role of the functions sign in.
pub async fn migrate(url: &DatabaseUrl) -> anyhow::Result<Vec<String>> {
    let password = variable("db_user_password")?;
    ensure!(
        url.is_of_this_machine() || password != SAMPLE_PASSWORD,
        "the role taskflow_user would get the sample password of spin.toml, on a database that is not of this machine: \
         set SPIN_VARIABLE_DB_USER_PASSWORD"
    );
    ensure!(
        password.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)),
        "db_user_password stands in a URL: make it of letters, digits and -._~ only"
    );
    let mut client = url.connect().await?;
    let applied = migrations::up(&mut client).await?;
    if !role_is_ready(url, &password).await {
        let role = format!(
            "begin;
             select pg_advisory_xact_lock(hashtext('taskflow migrations'));
             alter role taskflow_user login password {};
             alter role taskflow_user set timezone = 'UTC';
             alter role taskflow_user set statement_timeout = '10s';
             commit",
            quote(&password)
        );
        client.batch_execute(&role).await.context("cannot let the role taskflow_user sign in")?;
    }
    Ok(applied)
}

/// Whether the role of the functions can sign in, and is set up as it should be. It belongs to all databases of a server,
/// so it is left alone where there is nothing to do: two that change it at once trip over each other.
async fn role_is_ready(url: &DatabaseUrl, password: &str) -> bool {
    let Ok(client) = url.with_role("taskflow_user", password).connect().await else { return false };
    let settings = "select current_setting('timezone') = 'UTC' and current_setting('statement_timeout') = '10s'";
    client.query_one(settings, &[]).await.is_ok_and(|row| row.get(0))
}

/// Makes a database, unless it is there.
pub async fn create_if_missing(server: &DatabaseUrl, name: &str) -> anyhow::Result<()> {
    let client = server.connect().await?;
    if client.query_opt("select from pg_database where datname = $1", &[&name]).await?.is_none() {
        client.batch_execute(&format!("create database \"{name}\"")).await.context("cannot make the database")?;
    }
    Ok(())
}

/// The value of a variable of `spin.toml`, as the functions would get it.
fn variable(name: &str) -> anyhow::Result<String> {
    let app = host::App::load(&project::manifest(), &BTreeMap::new())?;
    app.variable(name).map(str::to_owned).with_context(|| format!("spin.toml has no variable {name}"))
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
