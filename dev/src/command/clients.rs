//! `cargo dev clients`: the client library, by itself, against a running TaskFlow, and in a browser.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use host::{Engine, Limits, Logs, Running};
use tokio_postgres::Client;

use crate::command::build;
use crate::command::up::BrokerKind;
use crate::database::{self, DataFolder, Embedded, Purpose};
use crate::project;
use crate::sidecar;
use crate::step::Step;
use crate::tools;

const MAKE_USER: &str = "
    with made as (insert into app.users (id, guest) values (gen_random_uuid(), true) returning id)
    insert into app.sessions (token_hash, user_id, expires_at)
    select encode(sha256(convert_to($1, 'UTF8')), 'hex'), made.id, now() + interval '1 hour' from made";

/// Nothing is to be done about these tasks, so their events are left out.
const MAKE_TASKS: &str = "
    insert into app.tasks (id, user_id, title)
    select gen_random_uuid(), session.user_id, 'task ' || number
      from app.sessions as session, generate_series(1, 10000) as number;
    delete from app.outbox";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Number of schedules of the model test
    #[arg(long, default_value_t = 1000)]
    schedules: u32,
    /// Seed of the first schedule: another one runs others
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Pass through Pushpin, with real Kafka and Dapr behind it
    #[arg(long)]
    full: bool,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    install().await?;
    npm("check", &[]).await?;
    npm("test", &[]).await?;
    let (schedules, seed) = (arguments.schedules.to_string(), arguments.seed.to_string());
    npm("model", &[("SCHEDULES", &schedules), ("SEED", &seed)]).await?;

    build::functions(project::FUNCTIONS).await?;
    let data = DataFolder::take(&project::target().join("clients-database"))?;
    let postgres = Embedded::start(&data, 0, Purpose::Tests).await?;
    let template = database::make_template(&postgres).await?;
    let url = postgres.url(&template);
    let token = make_user_with_many_tasks(&url.connect().await?).await?;
    for old in ["events", "dapr", "kafka"].map(|name| data.file(name)) {
        // Events of a previous run belong to users that no longer exist.
        if old.exists() {
            std::fs::remove_dir_all(&old).with_context(|| format!("cannot remove {}", old.display()))?;
        }
    }
    let mut variables = url.variables();
    let broker = arguments.full.then_some(BrokerKind::Kafka);
    let mut sidecar = sidecar::start(&data, &url, broker, &mut variables).await?;
    let engine = Engine::new(Limits::default())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let app =
        Running::start(Some(&engine), &project::manifest(), &variables, address, Logs::captured()).await?;
    sidecar.deliver_to(app.address()).await?;

    let taskflow = format!("http://{}", sidecar.proxy().unwrap_or(app.address()));
    npm("contract", &[("TASKFLOW_URL", &taskflow)]).await?;
    if tools::output("chromium", &["--version"]).await.is_err() {
        eprintln!("· the tests in a browser are left out: they need Chromium (`apt install chromium`)");
        return Ok(());
    }
    let authorization = format!("Bearer {token}");
    npm("browser", &[("TASKFLOW_URL", &taskflow), ("TASKFLOW_MANY", &authorization)]).await
}

/// Makes a user with 10 000 tasks, in an empty database, and returns the token of a session.
async fn make_user_with_many_tasks(database: &Client) -> anyhow::Result<String> {
    let token = embedded_postgres::random_secret()?;
    let made = async {
        database.execute(MAKE_USER, &[&token]).await?;
        database.batch_execute(MAKE_TASKS).await
    };
    made.await.context("cannot make a user with many tasks")?;
    Ok(token)
}

/// Installs the packages that the client library is built and tested with.
pub async fn install() -> anyhow::Result<()> {
    let folder = folder();
    let step = Step::begin("installing the packages of the client library");
    let command =
        ["ci", "--prefix", &folder, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    tools::run("npm", &command, [] as [(&str, &str); 0])
        .await
        .context("it needs Node with npm (Debian: nodejs and npm)")?;
    step.end("installed");
    Ok(())
}

/// Runs a script of the client library's package.
async fn npm(script: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let folder = folder();
    let command = ["run", "--silent", "--prefix", &folder, script];
    tools::run("npm", &command, environment.iter().copied()).await
}

fn folder() -> String {
    project::root().join("clients/typescript").display().to_string()
}
