//! `admin`: grants and revokes access to the audit trail of all users.

use anyhow::ensure;

use crate::DatabaseUrl;

/// Account and direction.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// E-mail address of the account
    email: String,
    /// Make the account an ordinary one again
    #[arg(long)]
    revoke: bool,
}

/// Runs the command.
pub async fn run(arguments: &Arguments, url: &DatabaseUrl) -> anyhow::Result<()> {
    let Arguments { email, revoke } = arguments;
    let update = "update app.users set admin = $2 where lower(email) = lower($1)";
    let updated = url.connect().await?.execute(update, &[email, &!revoke]).await?;
    ensure!(updated > 0, "no account has the address {email}: it must be registered first");
    println!("{email} {}", if *revoke { "is no longer an administrator" } else { "is an administrator" });
    Ok(())
}
