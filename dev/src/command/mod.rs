//! The subcommands.

pub mod admin;
pub mod audit;
pub mod bench;
pub mod build;
pub mod ci;
pub mod contract;
pub mod doctor;
pub mod events;
pub mod mail;
pub mod mcp;
pub mod migrate;
pub mod services;
pub mod settings;
pub mod test;
pub mod tour;
pub mod up;

use anyhow::ensure;

use crate::signal;

/// Develops and runs TaskFlow.
#[derive(Debug, clap::Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev", disable_help_subcommand = true)]
pub enum Command {
    /// Run all of TaskFlow on this machine: gets what is missing, builds, and starts
    Up(up::Arguments),
    /// Run the database and the sidecar only, for a plain `spin up`
    Services(services::Arguments),
    /// Build the functions
    Build(build::Arguments),
    /// Run the tests
    Test(test::Arguments),
    /// Have a property-based tester try the whole API by its OpenAPI document
    Contract(contract::Arguments),
    /// Have others' clients of the Model Context Protocol try TaskFlow: the conformance suite, the SDKs, the inspector
    Mcp(mcp::Arguments),
    /// Change the database's schema, and install the statements of this release
    #[command(subcommand)]
    Migrate(migrate::Action),
    /// Show what happened, as events, and send again what went wrong
    Events(events::Arguments),
    /// Show the mails that were sent
    Mail(mail::Arguments),
    /// Move old months of the audit trail into files, and back
    #[command(subcommand)]
    Audit(audit::Action),
    /// Show what can be set while TaskFlow runs, and set it
    Settings(settings::Arguments),
    /// Make somebody an administrator, who sees everybody's audit trail
    Admin(admin::Arguments),
    /// Say what is missing on this machine, and how to get it
    Doctor,
    /// Run the tour of docs/tour.md, as written
    Tour,
    /// Measure, beside what Postgres alone and a native server do
    Bench(bench::Arguments),
    /// Run every check that a change must pass
    Ci,
}

impl Command {
    /// Does what was asked, or stops when it is told to: what was started so far is dropped, and so ended.
    pub async fn run(self) -> anyhow::Result<()> {
        let only_ends_when_told = matches!(self, Self::Up(_) | Self::Services(_) | Self::Events(_) | Self::Mail(_));
        tokio::select! {
            ended = self.go() => ended,
            told = signal::wait_for_stop() => {
                told?;
                ensure!(only_ends_when_told, "stopped before it was done");
                Ok(())
            }
        }
    }

    async fn go(self) -> anyhow::Result<()> {
        match self {
            Self::Up(arguments) => up::run(arguments).await,
            Self::Services(arguments) => services::run(arguments).await,
            Self::Build(arguments) => build::run(&arguments).await,
            Self::Test(arguments) => test::run(arguments).await,
            Self::Contract(arguments) => contract::run(arguments).await,
            Self::Mcp(arguments) => mcp::run(arguments).await,
            Self::Migrate(action) => migrate::run(action).await,
            Self::Events(arguments) => events::run(arguments).await,
            Self::Mail(arguments) => mail::run(arguments).await,
            Self::Audit(action) => audit::run(action).await,
            Self::Settings(arguments) => settings::run(arguments).await,
            Self::Admin(arguments) => admin::run(arguments).await,
            Self::Doctor => doctor::run().await,
            Self::Tour => tour::run().await,
            Self::Bench(arguments) => bench::run(arguments).await,
            Self::Ci => ci::run().await,
        }
    }
}
