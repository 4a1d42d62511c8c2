//! `taskflow`: the command of operators. All SQL of its release is in the binary.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use operations::{DatabaseUrl, Release, admin, audit, check, events, migrate, settings};

const SQL_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sql_files.rs"));

/// Operates a TaskFlow installation
///
/// All commands but `check` work on its database. DATABASE_URL names it, as
/// postgres://owner@host:5432/taskflow?sslmode=require. The owner's password is read from DATABASE_PASSWORD,
/// or from the file that DATABASE_PASSWORD_FILE names.
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
    /// Check that an installation works: makes a task, and follows it through all of TaskFlow
    Check(check::Arguments),
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
    match command {
        Command::Migrate(action) => {
            migrate::run(action, &Release::parse(SQL_FILES.iter().copied())?, &database()?).await
        }
        Command::Admin(arguments) => admin::run(&arguments, &database()?).await,
        Command::Settings { action } => settings::run(action.as_ref(), &database()?).await,
        Command::Events(arguments) => events::run(arguments, &database()?).await,
        Command::Audit(action) => audit::run(action, &database()?, Path::new(".")).await,
        Command::Check(arguments) => check::run(&arguments).await,
    }
}

fn database() -> anyhow::Result<DatabaseUrl> {
    DatabaseUrl::from_environment()?.context(
        "DATABASE_URL is not set: it names the database, as postgres://owner@host:5432/taskflow?sslmode=require",
    )
}
