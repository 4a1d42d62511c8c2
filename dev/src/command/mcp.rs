//! `cargo dev mcp`: independent clients of the Model Context Protocol, against a running TaskFlow.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use host::{Engine, Limits, Logs, Running};

use crate::command::build;
use crate::database::{self, DataFolder, Embedded, Purpose};
use crate::project;
use crate::sidecar;
use crate::step::Step;
use crate::tools;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run only clients whose name contains this
    filter: Option<String>,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let clients = clients().await?;
    build::functions(project::FUNCTIONS).await?;
    let data = DataFolder::take(&project::target().join("mcp-database"))?;
    let postgres = Embedded::start(&data, 0, Purpose::Tests).await?;
    let template = database::make_template(&postgres).await?;
    let url = postgres.url(&template);
    // The clients send more requests in a minute than a person in a year.
    url.connect().await?.batch_execute("update app.limits set requests = 1000000000").await?;
    // Events of a previous run belong to users that no longer exist.
    remove(&data.file("events"))?;
    let mut variables = url.variables();
    let mut sidecar = sidecar::start(&data, &url, None, &mut variables).await?;
    let address = free_address()?;
    variables.insert("public_url".into(), format!("http://{address}"));
    let engine = Engine::new(Limits::default())?;
    let logs = Logs::captured();
    let app = Running::start(Some(&engine), &project::manifest(), &variables, address, logs.clone()).await?;
    sidecar.deliver_to(app.address()).await?;

    let taskflow = format!("http://{}", app.address());
    let mut wrong = Vec::new();
    for (what, program) in programs(&clients) {
        if arguments.filter.as_ref().is_some_and(|filter| !what.contains(filter.as_str())) {
            continue;
        }
        let step = Step::begin(what);
        let command: Vec<&str> = program.iter().map(String::as_str).collect();
        match tools::run(&node(&clients), &command, [("TASKFLOW_URL", &taskflow)]).await {
            Ok(()) => step.end("passed"),
            Err(error) => {
                step.end("failed");
                eprintln!("error: {error:#}");
                wrong.push(what);
            }
        }
    }
    if !wrong.is_empty() {
        for line in logs.lines().iter().filter(|line| line.contains(r#""level":"error""#)) {
            eprintln!("{line}");
        }
        bail!("these clients failed: {}", wrong.join(", "));
    }
    Ok(())
}

/// Returns the arguments of Node for each client. Each gets a guest account of its own.
fn programs(clients: &Path) -> [(&'static str, Vec<String>); 6] {
    let program = |names: &[&str]| {
        std::iter::once(&"guest.mjs").chain(names).map(|name| text(&clients.join(name))).collect::<Vec<_>>()
    };
    let python = |era: &str| {
        let mut command = program(&["python/bin/python", "story.py"]);
        command.push(era.to_owned());
        command
    };
    [
        ("the conformance suite", program(&["conformance.mjs"])),
        ("a story with the TypeScript client", program(&["story.mjs"])),
        ("a story with the older TypeScript client", program(&["story-legacy.mjs"])),
        ("a story with the Python client", python("auto")),
        ("a story with the Python client, as it was before", python("legacy")),
        ("the inspector", program(&["inspector.mjs"])),
    ]
}

/// Returns the folder of the clients, below the target folder. Copies their scripts there each time, and
/// installs packages that are missing or outdated.
pub async fn clients() -> anyhow::Result<PathBuf> {
    let (source, folder) = (project::root().join("tests/clients"), project::target().join("clients"));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for entry in std::fs::read_dir(&source).with_context(|| format!("cannot read {}", source.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let place = folder.join(entry.file_name());
            std::fs::copy(entry.path(), &place)
                .with_context(|| format!("cannot write {}", place.display()))?;
        }
    }
    let (lock, installed) = (folder.join("package-lock.json"), folder.join("installed.txt"));
    let locked = std::fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if std::fs::read_to_string(&installed).ok().as_ref() != Some(&locked) {
        let step = Step::begin("installing the clients");
        let place = text(&folder);
        let npm =
            ["ci", "--prefix", &place, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
        tools::run("npm", &npm, [] as [(&str, &str); 0])
            .await
            .context("it needs Node with npm (Debian: nodejs and npm)")?;
        std::fs::write(&installed, locked)?;
        step.end("installed");
    }
    tools::install_python("the clients in Python", &folder.join("python"), &folder.join("requirements.txt"))
        .await?;
    Ok(folder)
}

/// Returns the Node that was installed with the clients, as they need a recent one, or the machine's own if
/// there is none for this platform.
fn node(clients: &Path) -> String {
    let kind = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let installed = clients.join(format!("node_modules/node-linux-{kind}/bin/node"));
    if installed.exists() { text(&installed) } else { "node".into() }
}

/// Returns a free address. TaskFlow must know it before it starts, because it announces it to clients.
fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("this machine has no free port")?;
    Ok(listener.local_addr()?)
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
