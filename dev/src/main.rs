//! `cargo dev`, the development command of TaskFlow. Each subcommand is a file in `command`;
//! `operate.rs` passes admin, audit, events and settings on to the code of `taskflow`.

mod command;
mod database;
mod files;
mod programs;
mod project;
mod sidecar;
mod signal;
mod step;
mod tools;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;

#[tokio::main]
async fn main() -> ExitCode {
    match Command::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With its chain of causes, on one line.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
