//! The database of a command: the one that `DATABASE_URL` names, or the embedded one of the data folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::project::{self, variable};

pub use embedded_postgres::{DataFolder, Embedded, Purpose};
pub use operations::{DatabaseUrl, Release};

/// Records every event that is added to the outbox, for tests that check all of them. Events that are already
/// complete are requeued or made up.
const RECORD_EVENTS: &str = "
create table public.every_event (event json not null);
create function public.keep_event() returns trigger language plpgsql security definer as $$
begin
    insert into public.every_event values (app.cloud_event(new)::json);
    return null;
end $$;
create trigger keep_event after insert on app.outbox for each row
    when (new.event is null) execute function public.keep_event()";

/// Database that the functions can use. An embedded one stops when this is dropped.
pub struct Ready {
    /// Variables of `spin.toml` that name it.
    pub variables: BTreeMap<String, String>,
    /// Its address, with the credentials of its owner.
    pub url: DatabaseUrl,
    /// The Postgres behind it, if it is embedded.
    pub embedded: Option<Embedded>,
}

/// Prepares the database of a command: starts it if it is embedded, and migrates it.
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

/// Installs the release of the project.
pub async fn migrate(url: &DatabaseUrl) -> anyhow::Result<Vec<String>> {
    operations::migrate::up(&Release::read(project::root())?, url).await
}

/// Waits until the embedded Postgres exits without being stopped, and returns the reason. Never returns for
/// another Postgres.
pub async fn unexpected_exit(embedded: &mut Option<Embedded>) -> anyhow::Error {
    match embedded {
        Some(embedded) => embedded.unexpected_exit().await,
        None => std::future::pending().await,
    }
}

/// Starts the Postgres of a data folder, and creates its database if necessary.
pub async fn start_embedded(data: &DataFolder) -> anyhow::Result<(Embedded, DatabaseUrl)> {
    let port = variable("db_port")?.parse().context("db_port in spin.toml is a port")?;
    let embedded = Embedded::start(data, port, Purpose::Keep).await?;
    let url = embedded.url(&variable("db_name")?);
    create_if_missing(&embedded.url("postgres"), url.database()).await?;
    Ok((embedded, url))
}

/// Creates the template of the databases of tests, in a Postgres without one. Returns its name.
pub async fn make_template(postgres: &Embedded) -> anyhow::Result<String> {
    const NAME: &str = "template_of_tests";
    let server = postgres.url("postgres");
    create_if_missing(&server, NAME).await?;
    let template = server.with_database(NAME);
    migrate(&template).await?;
    template
        .connect()
        .await?
        .batch_execute(RECORD_EVENTS)
        .await
        .context("cannot record the events of tests")?;
    Ok(NAME.into())
}

/// Option of commands that work on a database.
#[derive(Debug, clap::Args)]
pub struct DatabaseOption {
    /// Data folder of the database, if DATABASE_URL is not set [default: .taskflow in the project]
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

/// Database that is open until this is dropped.
pub struct Open {
    /// Its address, with the credentials of its owner.
    pub url: DatabaseUrl,
    // Dropped in this order.
    _embedded: Option<Embedded>,
    _data: Option<DataFolder>,
}

impl DatabaseOption {
    /// Path of the data folder.
    pub fn folder(&self) -> PathBuf {
        project::data(self.data.as_deref())
    }

    /// Opens the database while TaskFlow may be running on it.
    pub async fn open_shared(&self) -> anyhow::Result<Open> {
        if DatabaseUrl::from_environment()?.is_none()
            && let Some(url) = running(&self.folder()).await
        {
            return Ok(Open { url, _embedded: None, _data: None });
        }
        self.open().await
    }

    /// Opens the database; an embedded one is started, and must not be running.
    pub async fn open(&self) -> anyhow::Result<Open> {
        if let Some(url) = DatabaseUrl::from_environment()? {
            return Ok(Open { url, _embedded: None, _data: None });
        }
        let data = DataFolder::take(&self.folder())
            .context("stop it first, or name its database by DATABASE_URL")?;
        let (embedded, url) = start_embedded(&data).await?;
        Ok(Open { url, _embedded: Some(embedded), _data: Some(data) })
    }
}

/// Address of the database of a data folder, if its Postgres is running.
async fn running(folder: &Path) -> Option<DatabaseUrl> {
    let process = std::fs::read_to_string(folder.join("postgres/postmaster.pid")).ok()?;
    let port = process.lines().nth(3)?.parse().ok()?;
    let password = std::fs::read_to_string(folder.join("postgres-password")).ok()?;
    let url = DatabaseUrl::local(port, &password, &variable("db_name").ok()?);
    // The file may have been left by a Postgres that was killed.
    url.connect().await.ok().map(|_| url)
}

async fn create_if_missing(server: &DatabaseUrl, name: &str) -> anyhow::Result<()> {
    let client = server.connect().await?;
    if client.query_opt("select from pg_database where datname = $1", &[&name]).await?.is_none() {
        client
            .batch_execute(&format!("create database \"{name}\""))
            .await
            .context("cannot create the database")?;
    }
    Ok(())
}
