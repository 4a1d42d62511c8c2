//! Running other programs, such as cargo and rustup.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::project;
use crate::step::Step;

/// Target of the functions.
const TARGET: &str = "wasm32-wasip2";

/// Target of what browsers load.
pub const BROWSER_TARGET: &str = "wasm32-unknown-unknown";

/// Runs a program in the project's root folder. Its output goes to the terminal.
pub async fn run(
    program: &str,
    arguments: &[&str],
    environment: impl IntoIterator<Item = (&str, impl AsRef<OsStr>)>,
) -> anyhow::Result<()> {
    let status = command(program, arguments)
        .envs(environment)
        .status()
        .await
        .map_err(|error| missing(program, error))?;
    ensure!(status.success(), "`{program} {}` failed; see its output above", arguments.join(" "));
    Ok(())
}

/// Replaces this process by a program in the project's root folder, so that signals reach that program alone:
/// it may have more to stop than this process knows of. Returns if it cannot be run.
pub fn replace<'a>(
    program: &str,
    arguments: &[&str],
    environment: impl IntoIterator<Item = (&'a str, impl AsRef<OsStr>)>,
) -> anyhow::Error {
    let mut command = command(program, arguments);
    missing(program, command.envs(environment).as_std_mut().exec())
}

/// Runs a program in the project's root folder and returns its output.
pub async fn output(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    output_with(program, arguments, [] as [(&str, &str); 0]).await
}

/// Runs a program with additional environment variables in the project's root folder, and returns its output.
pub async fn output_with(
    program: &str,
    arguments: &[&str],
    environment: impl IntoIterator<Item = (&str, impl AsRef<OsStr>)>,
) -> anyhow::Result<String> {
    let output = command(program, arguments)
        .envs(environment)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .await
        .map_err(|error| missing(program, error))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{program} {}` failed: {}", arguments.join(" "), stderr.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Installs packages of Python into a folder, unless it has them.
pub async fn install_python(what: &str, folder: &Path, requirements: &Path) -> anyhow::Result<()> {
    let installed = folder.join("requirements.txt");
    let text = std::fs::read_to_string(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    if std::fs::read_to_string(&installed).ok().as_ref() == Some(&text) {
        return Ok(());
    }
    let step = Step::begin(&format!("installing {what}"));
    let (folder, requirements) = (folder.display().to_string(), requirements.display().to_string());
    run("python3", &["-m", "venv", "--clear", &folder], [] as [(&str, &str); 0])
        .await
        .context("it needs Python 3 with its `venv` module (Debian: python3-venv)")?;
    let arguments = ["install", "--quiet", "--disable-pip-version-check", "--requirement", &requirements];
    run(&format!("{folder}/bin/pip"), &arguments, [] as [(&str, &str); 0]).await?;
    std::fs::write(&installed, text)?;
    step.end("installed");
    Ok(())
}

/// Adds the target of the functions to the Rust compiler, if it is missing.
pub async fn ensure_wasm_target() -> anyhow::Result<()> {
    ensure_target(TARGET).await
}

/// Adds a target to the Rust compiler, if it is missing.
pub async fn ensure_target(target: &str) -> anyhow::Result<()> {
    if has_target(target).await? {
        return Ok(());
    }
    let step = Step::begin(&format!("adding the target {target} to the Rust compiler"));
    output("rustup", &["target", "add", target]).await.with_context(|| {
        format!("the Rust compiler lacks the target {target}: add it with `rustup target add {target}`")
    })?;
    step.end("added");
    Ok(())
}

/// True if the Rust compiler has the target of the functions.
pub async fn has_wasm_target() -> anyhow::Result<bool> {
    has_target(TARGET).await
}

async fn has_target(target: &str) -> anyhow::Result<bool> {
    let library = output("rustc", &["--print", "target-libdir", "--target", target]).await?;
    Ok(Path::new(&library).is_dir())
}

/// Fails if Spin is not installed.
pub async fn ensure_spin() -> anyhow::Result<()> {
    let version = output("spin", &["--version"]).await;
    version
        .map(drop)
        .context("Spin is not on the PATH: install it (https://spinframework.dev) or omit `--engine spin`")
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(project::root()).kill_on_drop(true);
    // `cargo run` describes the package of this command in the environment. A cargo that inherits this runs
    // build scripts again that read it, such as ring's, and compiles all that depends on them again.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
            command.env_remove(name);
        }
    }
    command
}

fn missing(program: &str, error: std::io::Error) -> anyhow::Error {
    match (error.kind(), program) {
        (ErrorKind::NotFound, "cargo" | "rustc" | "rustup") => {
            anyhow::anyhow!("`{program}` is missing: install Rust (https://rustup.rs) and try again")
        }
        (ErrorKind::NotFound, _) => anyhow::anyhow!("`{program}` is missing: install it and try again"),
        _ => anyhow::Error::new(error).context(format!("cannot run `{program}`")),
    }
}

/// Returns the version of the Rust compiler.
pub async fn rustc_version() -> anyhow::Result<String> {
    output("rustc", &["--version"]).await.context("cannot read the compiler's version")
}
