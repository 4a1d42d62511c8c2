//! The subcommands.

pub mod bench;
pub mod build;
pub mod ci;
pub mod contract;
pub mod doctor;
pub mod mail;
pub mod mcp;
pub mod migrate;
pub mod operate;
pub mod services;
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
    /// Change the schema of the database, and install the statements of this release
    Migrate(migrate::Arguments),
    /// Show published events, and send failed ones again
    Events(operate::Events),
    /// Show the e-mails that were sent
    Mail(mail::Arguments),
    /// Move old months of the audit trail into files, and back
    Audit(operate::Audit),
    /// Show or change the settings that take effect while TaskFlow runs
    Settings(operate::Settings),
    /// Make an account an administrator, who sees the audit trail of all users
    Admin(operate::Admin),
    /// Say what is missing on this machine, and how to get it
    Doctor,
    /// Run the tour of docs/tour.md, as written
    Tour,
    /// Measure TaskFlow beside Postgres alone and a native server
    Bench(bench::Arguments),
    /// Run every check that a change must pass
    Ci,
}

impl Command {
    /// Does what was asked, or stops when it is told to: what was started so far is dropped, and so ended.
    pub async fn run(self) -> anyhow::Result<()> {
        let only_ends_when_told =
            matches!(self, Self::Up(_) | Self::Services(_) | Self::Events(_) | Self::Mail(_));
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
            Self::Migrate(arguments) => migrate::run(arguments).await,
            Self::Events(events) => events.run().await,
            Self::Mail(arguments) => mail::run(arguments).await,
            Self::Audit(audit) => audit.run().await,
            Self::Settings(settings) => settings.run().await,
            Self::Admin(admin) => admin.run().await,
            Self::Doctor => doctor::run().await,
            Self::Tour => tour::run().await,
            Self::Bench(arguments) => bench::run(&arguments).await,
            Self::Ci => ci::run().await,
        }
    }
}
