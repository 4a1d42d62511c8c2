//! A month of the audit trail, in UTC. Each month has a partition of the table.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use anyhow::ensure;
use tokio_postgres::Client;

/// Month such as `2026-03`. Texts sort as months do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(String);

impl Month {
    /// Returns the current month, by the database's clock.
    pub async fn current(client: &Client) -> anyhow::Result<Self> {
        let row = client.query_one("select to_char(now() at time zone 'UTC', 'YYYY-MM')", &[]).await?;
        row.get::<_, &str>(0).parse()
    }

    /// Returns all months that have a partition, in order.
    pub async fn all(client: &Client) -> anyhow::Result<Vec<Self>> {
        let tables = "select relname::text from pg_inherits join pg_class on pg_class.oid = inhrelid
                       where inhparent = 'app.audit'::regclass order by 1";
        let rows = client.query(tables, &[]).await?;
        let months = rows
            .iter()
            .filter_map(|row| row.get::<_, &str>(0).strip_prefix("audit_")?.replace('_', "-").parse().ok());
        Ok(months.collect())
    }

    /// Name of the month's partition.
    pub fn partition(&self) -> String {
        format!("app.audit_{}", self.0.replace('-', "_"))
    }

    /// First instant of the month, as text that Postgres parses.
    pub fn start(&self) -> String {
        format!("{self}-01 00:00:00+00")
    }
}

impl FromStr for Month {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let is_number =
            |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        let fits = text.split_once('-').is_some_and(|(year, month)| {
            is_number(year, 4) && is_number(month, 2) && ("01"..="12").contains(&month)
        });
        ensure!(fits, "a month has a year and a number, as in 2026-03");
        Ok(Self(text.to_owned()))
    }
}

impl Display for Month {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
