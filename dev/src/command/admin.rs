//! `cargo dev admin <email>`: who may see everybody's audit trail.

use anyhow::ensure;

use crate::command::migrate::Where;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The e-mail address of the account
    email: String,
    /// Take it back
    #[arg(long)]
    revoke: bool,
    #[command(flatten)]
    database: Where,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { email, revoke, database } = arguments;
    let open = database.reach().await?;
    let change = "update app.users set admin = $2 where lower(email) = lower($1)";
    let found = open.url.connect().await?.execute(change, &[&email, &!revoke]).await?;
    ensure!(found > 0, "there is no account with the address {email}: its holder has to register first");
    println!("{email} {}", if revoke { "is no administrator any more" } else { "is an administrator" });
    Ok(())
}
