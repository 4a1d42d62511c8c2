//! `admin`: grants and revokes access to the audit trail of all users.

use anyhow::{anyhow, ensure};
use domain::{Email, Field};

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

/// Runs the command. An address that is not confirmed may be that of somebody else than the user, so it does
/// not make an administrator.
pub async fn run(arguments: &Arguments, url: &DatabaseUrl) -> anyhow::Result<()> {
    let Arguments { email, revoke } = arguments;
    let address = Email::parse(&email.as_str().into()).map_err(|errors| anyhow!("{email} {errors}"))?;
    let update = "
        with account as (
            select id, email_verified from app.users where email = $1 for update
        ), changed as (
            update app.users set admin = not $2 from account
             where users.id = account.id and (account.email_verified or $2)
        )
        select email_verified from account";
    let found = url.connect().await?.query_opt(update, &[&address.as_str(), revoke]).await?;
    let is_verified = found.map(|account| account.get::<_, bool>(0));
    ensure!(is_verified.is_some(), "no account has the address {email}: it must be registered first");
    ensure!(
        is_verified == Some(true) || *revoke,
        "{email} is not confirmed yet: follow the link in the e-mail that was sent to it first"
    );
    println!("{email} {}", if *revoke { "is no longer an administrator" } else { "is an administrator" });
    Ok(())
}
