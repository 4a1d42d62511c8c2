//! Other programs: cargo, rustup, rustc.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use tokio::process::Command;

use crate::project;
use crate::step::Step;

const TARGET: &str = "wasm32-wasip2";

/// Runs a program in the project's root; what it prints is seen.
pub async fn run(
    program: &str,
    arguments: &[&str],
    environment: impl IntoIterator<Item = (&str, impl AsRef<OsStr>)>,
) -> anyhow::Result<()> {
    let status =
        command(program, arguments).envs(environment).status().await.map_err(|error| missing(program, error))?;
    ensure!(status.success(), "`{program} {}` failed; what it says stands above", arguments.join(" "));
    Ok(())
}

/// What a program prints.
pub async fn output(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = command(program, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .await
        .map_err(|error| missing(program, error))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{program} {}` failed: {}", arguments.join(" "), said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Makes sure that the compiler can build functions.
pub async fn ensure_wasm_target() -> anyhow::Result<()> {
    if has_wasm_target().await? {
        return Ok(());
    }
    let step = Step::begin(&format!("adding the target {TARGET} to the Rust compiler"));
    if let Err(error) = output("rustup", &["target", "add", TARGET]).await {
        bail!("the Rust compiler lacks the target {TARGET}; add it by `rustup target add {TARGET}` ({error})");
    }
    step.end("added");
    Ok(())
}

/// Whether the compiler can build functions.
pub async fn has_wasm_target() -> anyhow::Result<bool> {
    let library = output("rustc", &["--print", "target-libdir", "--target", TARGET]).await?;
    Ok(std::path::Path::new(&library).is_dir())
}

/// Makes sure that there is a Spin to run on.
pub async fn ensure_spin() -> anyhow::Result<()> {
    let found = output("spin", &["--version"]).await;
    found.map(drop).context(
        "Spin is not on the search path: install it as https://spinframework.dev says, or leave `--engine spin` out",
    )
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(project::root()).kill_on_drop(true);
    command
}

fn missing(program: &str, error: std::io::Error) -> anyhow::Error {
    match (error.kind(), program) {
        (ErrorKind::NotFound, "cargo" | "rustc" | "rustup") => {
            anyhow::anyhow!("`{program}` is missing: install Rust as https://rustup.rs says, then run this again")
        }
        (ErrorKind::NotFound, _) => anyhow::anyhow!("`{program}` is missing: install it and run this again"),
        _ => anyhow::Error::new(error).context(format!("cannot run `{program}`")),
    }
}

/// The version of the Rust compiler.
pub async fn rustc_version() -> anyhow::Result<String> {
    output("rustc", &["--version"]).await.context("cannot ask the compiler for its version")
}
