//! A database that the functions can use: there, migrated, and with a role that they can sign in as.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::database::{DataFolder, DatabaseUrl, Embedded, Purpose, migrations};
use crate::project::variable;

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

/// Waits until its Postgres ends by itself, and says why: without it TaskFlow only says no. What somebody else runs is theirs.
pub async fn lost(embedded: &mut Option<Embedded>) -> anyhow::Error {
    match embedded {
        Some(embedded) => embedded.lost().await,
        None => std::future::pending().await,
    }
}

/// Starts the Postgres of a data folder, with an empty database of the usual name if there is none.
pub async fn start_embedded(data: &DataFolder) -> anyhow::Result<(Embedded, DatabaseUrl)> {
    let port = variable("db_port")?.parse().context("db_port in spin.toml is a port")?;
    let embedded = Embedded::start(data, port, Purpose::Keep).await?;
    let url = embedded.url(&variable("db_name")?);
    create_if_missing(&embedded.url("postgres"), url.database()).await?;
    Ok((embedded, url))
}

/// The database of a folder on which TaskFlow runs at the moment.
pub async fn running(folder: &Path) -> Option<DatabaseUrl> {
    let process = std::fs::read_to_string(folder.join("postgres/postmaster.pid")).ok()?;
    let port = process.lines().nth(3)?.parse().ok()?;
    let password = std::fs::read_to_string(folder.join("postgres-password")).ok()?;
    let url = DatabaseUrl::local(port, &password, &variable("db_name").ok()?);
    // A file that a killed Postgres has left names nobody.
    url.connect().await.ok().map(|_| url)
}

/// The roles of the functions and of Dapr, and the variables with their passwords.
const ROLES: [(&str, &str); 3] = [
    ("taskflow_user", "db_user_password"),
    ("taskflow_service", "db_service_password"),
    ("taskflow_dapr", "db_dapr_password"),
];

/// What holds in every session of theirs.
const SETTINGS: [(&str, &str); 5] = [
    ("timezone", "UTC"),
    ("statement_timeout", "10s"),
    // Statements are planned once a connection; what has to be planned for its values is run by `execute`.
    ("plan_cache_mode", "force_generic_plan"),
    // Such a plan outlives the time when a table was nearly empty, so it had better use the index from the start.
    ("enable_seqscan", "off"),
    // Nothing here runs so long that compiling it pays.
    ("jit", "off"),
];

/// Brings the schema up to date, and lets the roles of the functions sign in.
pub async fn migrate(url: &DatabaseUrl) -> anyhow::Result<Vec<String>> {
    let mut roles = Vec::new();
    for (role, name) in ROLES {
        let password = variable(name)?;
        ensure!(
            url.is_of_this_machine() || password != SAMPLE_PASSWORD,
            "the role {role} would get the sample password of spin.toml, on a database that is not of this machine: \
             set SPIN_VARIABLE_{}",
            name.to_uppercase()
        );
        ensure!(
            password.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)),
            "{name} stands in a URL: make it of letters, digits and -._~ only"
        );
        roles.push((role, password));
    }
    let mut client = url.connect().await?;
    let applied = migrations::up(&mut client).await?;
    for (role, password) in roles {
        if !role_is_ready(url, role, &password).await {
            let settings = SETTINGS.map(|(name, value)| format!("alter role {role} set {name} = '{value}';")).concat();
            let set_up = format!(
                "begin;
                 select pg_advisory_xact_lock(hashtext('taskflow migrations'));
                 alter role {role} login password {};
                 {settings}
                 commit",
                quote(&password)
            );
            client.batch_execute(&set_up).await.with_context(|| format!("cannot let the role {role} sign in"))?;
        }
    }
    Ok(applied)
}

/// The database as the functions that answer people see it.
pub fn as_user(url: &DatabaseUrl) -> anyhow::Result<DatabaseUrl> {
    let [(role, name), ..] = ROLES;
    Ok(url.with_role(role, &variable(name)?))
}

/// The database as Dapr sees it, for settings and state.
pub fn as_dapr(url: &DatabaseUrl) -> anyhow::Result<DatabaseUrl> {
    let [.., (role, name)] = ROLES;
    Ok(url.with_role(role, &variable(name)?))
}

/// Whether a role of the functions can sign in, and is set up as it should be. It belongs to all databases of a server,
/// so it is left alone where there is nothing to do: two that change it at once trip over each other.
async fn role_is_ready(url: &DatabaseUrl, role: &str, password: &str) -> bool {
    let Ok(client) = url.with_role(role, password).connect().await else { return false };
    let held = SETTINGS.map(|(name, value)| format!("current_setting('{name}') = '{value}'")).join(" and ");
    client.query_one(&format!("select {held}"), &[]).await.is_ok_and(|row| row.get(0))
}

/// Makes a database, unless it is there.
pub async fn create_if_missing(server: &DatabaseUrl, name: &str) -> anyhow::Result<()> {
    let client = server.connect().await?;
    if client.query_opt("select from pg_database where datname = $1", &[&name]).await?.is_none() {
        client.batch_execute(&format!("create database \"{name}\"")).await.context("cannot make the database")?;
    }
    Ok(())
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
