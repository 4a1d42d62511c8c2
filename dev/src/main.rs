//! `cargo dev`: everything that a developer of TaskFlow does, one file or folder a subcommand.

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

use clap::Parser;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match command::Command::parse().run().await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // One line: what happened and what to do, from the outside in.
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
