//! `settings`: values that operators change while TaskFlow runs.

use anyhow::{Context, anyhow, ensure};
use domain::{SETTINGS, SettingSpec};
use tokio_postgres::Client;

use crate::DatabaseUrl;

/// Change of a setting; without one, all are listed.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Change a setting. It takes effect within 30 seconds
    Set {
        /// Name of the setting
        key: String,
        /// New value
        value: String,
    },
    /// Restore the default of a setting
    Unset {
        /// Name of the setting
        key: String,
    },
}

/// Runs an action; lists the settings without one.
pub async fn run(action: Option<&Action>, url: &DatabaseUrl) -> anyhow::Result<()> {
    match action {
        None => list(&url.connect().await?).await,
        Some(Action::Set { key, value }) => {
            let setting = SettingSpec::find(key).with_context(|| unknown(key))?;
            setting.parse(value).map_err(|errors| anyhow!("{key} {errors}"))?;
            let set = "insert into dapr.configuration (key, value) values ($1, $2)
                       on conflict (key) do update set value = excluded.value";
            url.connect().await?.execute(set, &[key, value]).await?;
            println!("{key} will be {value} within 30 seconds");
            Ok(())
        }
        Some(Action::Unset { key }) => {
            let unset = "delete from dapr.configuration where key = $1";
            let deleted = url.connect().await?.execute(unset, &[key]).await?;
            match SettingSpec::find(key) {
                Some(setting) => println!("{key} will be {} within 30 seconds", setting.default),
                None => ensure!(deleted > 0, unknown(key)),
            }
            Ok(())
        }
    }
}

fn unknown(key: &str) -> String {
    let keys: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    format!("there is no setting {key}; there are {}", keys.join(", "))
}

/// Prints a table: every setting with its value and description, then stored keys that name no setting.
async fn list(client: &Client) -> anyhow::Result<()> {
    let stored = "
        select stored.key, stored.value, configured.error
          from dapr.configuration as stored left join app.configured_settings as configured using (key, value) order by stored.key";
    let stored = client.query(stored, &[]).await?;
    let mut table: Vec<[String; 3]> = Vec::new();
    for setting in SETTINGS {
        let row = stored.iter().find(|row| row.get::<_, &str>(0) == setting.key);
        let value = row.map_or(setting.default, |row| row.get(1));
        let about = match row.and_then(|row| row.get::<_, Option<&str>>(2)) {
            Some(problem) => format!("REJECTED, it {problem}: {}", setting.about),
            None => setting.about.to_owned(),
        };
        table.push([setting.key.to_owned(), printable(value), about]);
    }
    for row in stored.iter().filter(|row| SettingSpec::find(row.get(0)).is_none()) {
        table.push([
            printable(row.get(0)),
            printable(row.get(1)),
            "REJECTED, there is no such setting".to_owned(),
        ]);
    }
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (keys, values) = (width(0), width(1));
    for [key, value, about] in &table {
        println!("{key:<keys$}  {value:<values$}  {about}");
    }
    Ok(())
}

/// Formats a stored text for a cell of the table: without control characters, and shortened. Anything may
/// have been written into Dapr's store.
fn printable(text: &str) -> String {
    const MAX_LENGTH: usize = 40;
    let mut cell: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if cell.chars().count() > MAX_LENGTH {
        cell = cell.chars().take(MAX_LENGTH - 1).collect::<String>() + "…";
    }
    cell
}
