//! `cargo dev doctor`: prerequisites that this machine lacks, and how to install them.

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
            println!("optional Spin: not on the PATH; the embedded host replaces it")
        }
    }
    match crate::programs::pushpin().await {
        Ok(version) => println!("ok       Pushpin: {version}"),
        Err(_) => {
            println!("optional Pushpin: not found; `--full` and `ci` need it (`apt install pushpin zurl`)")
        }
    }
    match crate::programs::redis().await {
        Ok(version) => println!("ok       Redis: {version}"),
        Err(_) => {
            println!(
                "optional Redis: not found; `--broker redis` and `ci` need it (`apt install redis-server`)"
            )
        }
    }
    // Debian has `venv` in a package of its own.
    let venv = ["-c", "import venv, ensurepip, sys; print(sys.version)"];
    for (program, question, what, need) in [
        ("go", &["version"][..], "Go", "`--full` (1.22 or newer), `images --push` and `ci` (1.26.7) need it"),
        ("java", &["--version"], "Java", "`--full` and `ci` need it (17 or newer)"),
        ("mvn", &["--version"], "Maven", "`--full` and `ci` need it"),
        ("python3", &venv, "Python", "`contract`, `mcp` and `ci` need it (3, with `venv`)"),
        ("npm", &["--version"], "npm", "`clients`, `mcp`, `judge --browser` and `ci` need it"),
        (
            "chromium",
            &["--version"],
            "Chromium",
            "the part of `clients` in a browser, and so `ci`, need it (`apt install chromium`)",
        ),
        ("docker-registry", &["--version"], "registry", "`ci` needs it (`apt install docker-registry`)"),
    ] {
        match tools::output(program, question).await {
            Ok(said) => println!("ok       {what}: {}", said.lines().next().unwrap_or("installed")),
            Err(_) => println!("optional {what}: not found; only {need}"),
        }
    }
    if missing {
        bail!("this machine lacks prerequisites; the lines above say how to install them");
    }
    Ok(())
}

async fn compiler() -> anyhow::Result<String> {
    tools::rustc_version().await
}

async fn linker() -> anyhow::Result<String> {
    let found = tools::output("cc", &["--version"]).await;
    let version = found.map_err(|_| anyhow::anyhow!("`cc` is not on the PATH: install gcc or clang"))?;
    Ok(version.lines().next().unwrap_or("cc").to_owned())
}

async fn target() -> anyhow::Result<String> {
    if tools::has_wasm_target().await? {
        Ok("wasm32-wasip2".into())
    } else {
        bail!("add it with `rustup target add wasm32-wasip2` (`cargo dev up` does it, too)")
    }
}

async fn database() -> anyhow::Result<String> {
    if let Some(url) = DatabaseUrl::from_environment()? {
        url.connect().await?;
        return Ok("DATABASE_URL names one that accepts connections".into());
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
        bail!("only {free} GiB are free; a build with tests needs 5");
    }
    Ok(format!("{free} GiB are free"))
}
