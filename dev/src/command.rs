//! The subcommands.

pub mod bench;
pub mod build;
pub mod ci;
pub mod clients;
pub mod cluster;
pub mod contract;
pub mod doctor;
pub mod faults;
pub mod images;
pub mod judge;
pub mod live;
pub mod mail;
pub mod mcp;
pub mod migrate;
pub mod operate;
pub mod say;
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
    /// Run all of TaskFlow on this machine: installs what is missing, builds, and starts
    Up(up::Arguments),
    /// Run the database and the sidecar only, for a plain `spin up`
    Services(services::Arguments),
    /// Build the functions
    Build(build::Arguments),
    /// Run the tests
    Test(test::Arguments),
    /// Test the whole API with a property-based tester of its OpenAPI document
    Contract(contract::Arguments),
    /// Test the client library, by itself and against a running TaskFlow
    Clients(clients::Arguments),
    /// Score the understanding of sentences on files of cases
    Judge(judge::Arguments),
    /// Show how a sentence is understood, with its recognized passages underlined
    Say(say::Arguments),
    /// Test /mcp with the official conformance suite, SDKs and inspector of the Model Context Protocol
    Mcp(mcp::Arguments),
    /// Test the chart of k8s/: by what it renders, and on a real API server
    Cluster(cluster::Arguments),
    /// Change the schema of the database, and install the statements of this release
    Migrate(migrate::Arguments),
    /// Show what the audit trail took in the last 8 days or a live stream, and requeue failed events
    Events(operate::Events),
    /// Show the e-mails that were sent
    Mail(mail::Arguments),
    /// Archive old months of the audit trail, and restore them
    Audit(operate::Audit),
    /// Show or change the settings that take effect while TaskFlow runs
    Settings(operate::Settings),
    /// Make an account an administrator, who sees the audit trail of all users
    Admin(operate::Admin),
    /// Check that an installation works: makes a task, and follows it through all of TaskFlow
    Check(operations::check::Arguments),
    /// List prerequisites that this machine lacks, and how to install them
    Doctor,
    /// Run the tour of docs/tour.md, as written
    Tour,
    /// Measure TaskFlow beside Postgres alone and a native server
    Bench(bench::Arguments),
    /// Break parts of TaskFlow under load, and check that nothing is lost or done twice
    Faults(faults::Arguments),
    /// Make OCI images without a container engine, and copy them into a registry
    Images(images::Arguments),
    /// Run every check that a change must pass
    Ci,
}

impl Command {
    /// Runs the command until it ends or a signal stops it. Processes that it has started stop with it.
    pub async fn run(self) -> anyhow::Result<()> {
        let runs_until_stopped =
            matches!(self, Self::Up(_) | Self::Services(_) | Self::Events(_) | Self::Mail(_));
        tokio::select! {
            result = self.execute() => result,
            stop = signal::wait_for_stop() => {
                stop?;
                ensure!(runs_until_stopped, "stopped before it was done");
                Ok(())
            }
        }
    }

    async fn execute(self) -> anyhow::Result<()> {
        match self {
            Self::Up(arguments) => up::run(arguments).await,
            Self::Services(arguments) => services::run(arguments).await,
            Self::Build(arguments) => build::run(&arguments).await,
            Self::Test(arguments) => test::run(arguments).await,
            Self::Contract(arguments) => contract::run(arguments).await,
            Self::Clients(arguments) => clients::run(arguments).await,
            Self::Judge(arguments) => judge::run(arguments).await,
            Self::Say(arguments) => say::run(&arguments),
            Self::Mcp(arguments) => mcp::run(arguments).await,
            Self::Cluster(arguments) => cluster::run(arguments).await,
            Self::Migrate(arguments) => migrate::run(arguments).await,
            Self::Events(events) => events.run().await,
            Self::Mail(arguments) => mail::run(arguments).await,
            Self::Audit(audit) => audit.run().await,
            Self::Settings(settings) => settings.run().await,
            Self::Admin(admin) => admin.run().await,
            Self::Check(arguments) => operations::check::run(&arguments).await,
            Self::Doctor => doctor::run().await,
            Self::Tour => tour::run().await,
            Self::Bench(arguments) => bench::run(&arguments).await,
            Self::Faults(arguments) => faults::run(&arguments).await,
            Self::Images(arguments) => images::run(arguments).await,
            Self::Ci => ci::run().await,
        }
    }
}
