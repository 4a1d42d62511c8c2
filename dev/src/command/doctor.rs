//! `cargo dev doctor`: what is missing on this machine, and how to get it.

use anyhow::bail;
use embedded_postgres::programs;

use crate::database::DatabaseUrl;
use crate::tools;

const GIB: u64 = 1 << 30;

pub async fn run() -> anyhow::Result<()> {
    let mut missing = false;
    for (what, found) in [
        ("Rust compiler", compiler().await),
        ("linker", linker().await),
        ("Wasm target", target().await),
        ("database", database().await),
        ("disk", disk()),
    ] {
        match found {
            Ok(found) => println!("ok       {what}: {found}"),
            Err(error) => {
                missing = true;
                println!("missing  {what}: {error:#}");
            }
        }
    }
    match tools::output("spin", &["--version"]).await {
        Ok(version) => println!("ok       Spin: {version}"),
        Err(_) => {
            println!("optional Spin: not on the search path; the host that comes with TaskFlow does without")
        }
    }
    for (program, question, what) in
        [("go", "version", "Go"), ("java", "--version", "Java"), ("mvn", "--version", "Maven")]
    {
        match tools::output(program, &[question]).await {
            Ok(said) => println!("ok       {what}: {}", said.lines().next().unwrap_or("it is there")),
            Err(_) => {
                println!("optional {what}: not on the search path; only `--full` needs it (Go 1.22, Java 17)")
            }
        }
    }
    if missing {
        bail!("something is missing; the lines above say how to get it");
    }
    Ok(())
}

async fn compiler() -> anyhow::Result<String> {
    tools::rustc_version().await
}

async fn linker() -> anyhow::Result<String> {
    let found = tools::output("cc", &["--version"]).await;
    let version =
        found.map_err(|_| anyhow::anyhow!("`cc` is not on the search path: install gcc or clang"))?;
    Ok(version.lines().next().unwrap_or("cc").to_owned())
}

async fn target() -> anyhow::Result<String> {
    if tools::has_wasm_target().await? {
        Ok("wasm32-wasip2".into())
    } else {
        bail!("add it by `rustup target add wasm32-wasip2` (`cargo dev up` does so by itself)")
    }
}

async fn database() -> anyhow::Result<String> {
    if let Some(url) = DatabaseUrl::from_environment()? {
        url.connect().await?;
        return Ok("the one that DATABASE_URL names answers".into());
    }
    Ok(match programs::cached() {
        Some(folder) => format!("Postgres in {}", folder.display()),
        None => "Postgres will be fetched by `cargo dev up`".into(),
    })
}

fn disk() -> anyhow::Result<String> {
    let disk = rustix::fs::statvfs(crate::project::root())?;
    let free = disk.f_bavail * disk.f_frsize / GIB;
    if free < 5 {
        bail!("only {free} GiB are free; a build with its tests takes 5");
    }
    Ok(format!("{free} GiB are free"))
}
