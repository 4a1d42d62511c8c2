//! `taskflow`: the command of operators. All SQL of its release is in the binary.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use operations::{DatabaseUrl, Release, admin, audit, events, migrate, settings};

const SQL_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sql_files.rs"));

/// Operates a TaskFlow installation
///
/// DATABASE_URL names its database, as postgres://owner@host:5432/taskflow?sslmode=require. The owner's
/// password is read from DATABASE_PASSWORD, or from the file that DATABASE_PASSWORD_FILE names.
#[derive(Debug, Parser)]
#[command(name = "taskflow", version, disable_help_subcommand = true)]
enum Command {
    /// Create or upgrade the database schema, and install this release
    ///
    /// `up` also sets the passwords of TaskFlow's roles, from SPIN_VARIABLE_DB_USER_PASSWORD,
    /// SPIN_VARIABLE_DB_SERVICE_PASSWORD and SPIN_VARIABLE_DB_DAPR_PASSWORD.
    #[command(subcommand)]
    Migrate(migrate::Action),
    /// Make an account an administrator, who sees the audit trail of all users
    Admin(admin::Arguments),
    /// Show or change the settings that take effect while TaskFlow runs
    Settings {
        #[command(subcommand)]
        action: Option<settings::Action>,
    },
    /// Show what the audit trail took in the last 8 days, and requeue failed events
    Events(events::Arguments),
    /// Move old months of the audit trail into files, and back
    #[command(subcommand)]
    Audit(audit::Action),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Command::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    let url = DatabaseUrl::from_environment()?.context(
        "DATABASE_URL is not set: it names the database, as postgres://owner@host:5432/taskflow?sslmode=require",
    )?;
    match command {
        Command::Migrate(action) => {
            migrate::run(action, &Release::parse(SQL_FILES.iter().copied())?, &url).await
        }
        Command::Admin(arguments) => admin::run(&arguments, &url).await,
        Command::Settings { action } => settings::run(action.as_ref(), &url).await,
        Command::Events(arguments) => events::run(arguments, &url).await,
        Command::Audit(action) => audit::run(action, &url, Path::new(".")).await,
    }
}
