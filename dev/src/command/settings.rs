//! `cargo dev settings`: what can be set while TaskFlow runs.

use anyhow::{Context, anyhow, ensure};
use domain::{SETTINGS, SettingSpec};
use tokio_postgres::Client;

use crate::command::migrate::Where;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    database: Where,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Set one: it holds within 30 seconds
    Set {
        /// Which
        key: String,
        /// To what
        value: String,
        #[command(flatten)]
        database: Where,
    },
    /// Take back what was set, so that the default holds
    Unset {
        /// Which
        key: String,
        #[command(flatten)]
        database: Where,
    },
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.action {
        None => {
            let open = arguments.database.reach().await?;
            list(&open.url.connect().await?).await
        }
        Some(Action::Set { key, value, database }) => {
            let known = SettingSpec::find(&key).with_context(|| unknown(&key))?;
            known.parse(&value).map_err(|wrong| anyhow!("{key} {wrong}"))?;
            let open = database.reach().await?;
            let set = "insert into dapr.configuration (key, value) values ($1, $2)
                       on conflict (key) do update set value = excluded.value";
            open.url.connect().await?.execute(set, &[&key, &value]).await?;
            println!("{key} is {value} within 30 seconds, where TaskFlow runs");
            Ok(())
        }
        Some(Action::Unset { key, database }) => {
            let open = database.reach().await?;
            let unset = "delete from dapr.configuration where key = $1";
            let found = open.url.connect().await?.execute(unset, &[&key]).await?;
            match SettingSpec::find(&key) {
                Some(known) => println!("{key} is {} within 30 seconds, where TaskFlow runs", known.default),
                None => ensure!(found > 0, unknown(&key)),
            }
            Ok(())
        }
    }
}

fn unknown(key: &str) -> String {
    let keys: Vec<&str> = SETTINGS.iter().map(|known| known.key).collect();
    format!("there is no setting {key}; there are {}", keys.join(", "))
}

/// All that there are, with what is said of them, and what else is said.
async fn list(client: &Client) -> anyhow::Result<()> {
    let said = "
        select said.key, said.value, configured.problem
          from dapr.configuration as said left join app.configured using (key, value) order by said.key";
    let rows = client.query(said, &[]).await?;
    let line = |key: &str, value: &str, problem: Option<&str>, about: &str| {
        let refused = problem.map(|problem| format!("REFUSED, it {problem}: ")).unwrap_or_default();
        println!("{key:<24}{value:<12}{refused}{about}");
    };
    for known in SETTINGS {
        match rows.iter().find(|row| row.get::<_, &str>(0) == known.key) {
            Some(row) => line(known.key, row.get(1), row.get(2), known.about),
            None => line(known.key, known.default, None, known.about),
        }
    }
    for row in rows.iter().filter(|row| SettingSpec::find(row.get(0)).is_none()) {
        line(row.get(0), row.get(1), None, "REFUSED, there is no such setting");
    }
    Ok(())
}
