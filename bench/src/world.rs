//! The users and tasks of all scenarios.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use operations::{DatabaseUrl, Role};
use tokio_postgres::types::ToSql;
use workload::{Process, users};

use crate::measurement::Measurement;

/// Time after which a missing result counts as lost.
const LOST_AFTER: Duration = Duration::from_secs(60);

/// Group of users, each with a session.
#[derive(Clone, Copy, Debug)]
pub struct Users {
    /// Prefix of their tokens.
    group: &'static str,
    /// Number of users.
    pub count: usize,
}

impl Users {
    /// Token of a user. Numbers beyond the last begin again with the first.
    pub fn token(&self, number: usize) -> String {
        format!("{}-{}", self.group, number % self.count)
    }

    /// Hashes of all tokens.
    pub fn hashes(&self) -> Vec<String> {
        (0..self.count).map(|number| web::fingerprint(self.token(number))).collect()
    }
}

/// Users who create tasks.
pub const CREATORS: Users = Users { group: "create", count: 256 };
/// Users with 50 tasks each.
pub const LISTERS: Users = Users { group: "list50", count: 256 };
/// Some of those: an office behind one address.
pub const NEIGHBOURS: Users = Users { group: "list50", count: 200 };
/// User with 10 000 tasks.
pub const COLLECTOR: Users = Users { group: "lists", count: 1 };
/// Users with the rest of 100 000 tasks.
const OTHERS: Users = Users { group: "others", count: 90 };
/// Users of the `crowd` scenario, who pause between their requests.
pub const CROWD: Users = Users { group: "crowd", count: 500 };

/// Users with 66 tasks and ten series each, who fill the database (`scale`).
pub const POPULATION: Users = Users { group: "population", count: 9_999 };
/// One more of those, with 50 000 tasks.
pub const HOARDER: Users = Users { group: "hoarder", count: 1 };

/// Number of tasks of each user of a group.
const TASKS: [(Users, i32); 5] =
    [(CREATORS, 0), (LISTERS, 50), (COLLECTOR, 10_000), (OTHERS, 1000), (CROWD, 50)];

/// Creates tasks for these sessions' users, the same number for each.
pub const MAKE_TASKS: &str = include_str!("tasks.sql");

const DATES: &str = r#"
select to_char(now() at time zone 'UTC' - interval '7 days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(now() at time zone 'UTC' + interval '7 days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#;

/// Servers under test, and their database.
pub struct World {
    /// TaskFlow.
    pub taskflow: SocketAddr,
    /// The native server.
    pub native: SocketAddr,
    /// The database with the credentials of the functions, for measurements without a server.
    pub database: DatabaseUrl,
    /// The database with the credentials of its owner.
    pub owned: DatabaseUrl,
    week_ago: String,
    in_a_week: String,
}

impl World {
    /// Adds users, sessions and tasks to the database.
    pub async fn make(database: &DatabaseUrl, taskflow: &Process, native: &Process) -> anyhow::Result<Self> {
        let client = database.connect().await?;
        client.batch_execute("alter table app.tasks disable trigger user").await?;
        for (group, tasks) in TASKS {
            let hashes = group.hashes();
            users::make(&client, &hashes).await?;
            client.execute(MAKE_TASKS, &[&hashes, &tasks]).await.context("cannot make tasks")?;
        }
        client.batch_execute("alter table app.tasks enable trigger user").await?;
        client.batch_execute("vacuum analyze").await?;
        let dates = client.query_one(DATES, &[]).await?;
        let world = Self {
            taskflow: taskflow.address(),
            native: native.address(),
            database: Role::User.url(database),
            owned: database.clone(),
            week_ago: dates.get(0),
            in_a_week: dates.get(1),
        };
        world.set_limits(true).await?;
        Ok(world)
    }

    /// Enables or disables rate limits.
    pub async fn set_limits(&self, enabled: bool) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        client
            .batch_execute(if enabled { users::LIMITS } else { "delete from app.limits" })
            .await
            .context("cannot set limits")
    }

    /// Resumes or pauses publishing. Events that are waiting when it resumes are deleted: other servers have
    /// caused them.
    pub async fn set_publishing(&self, enabled: bool) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        if enabled {
            client.batch_execute("delete from app.outbox").await.context("cannot empty the outbox")?;
        }
        client
            .execute("select app.set_publishing($1)", &[&enabled])
            .await
            .context("cannot switch publishing")?;
        Ok(())
    }

    /// Waits until all events are published and taken.
    pub async fn wait_until_taken(&self) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        let state = "select (select count(*) from app.outbox), (select sum(times)::bigint from app.consumer_counters)";
        let mut taken = None;
        loop {
            let row = client.query_one(state, &[]).await?;
            let (waiting, now): (i64, Option<i64>) = (row.get(0), row.get(1));
            if waiting == 0 && taken == Some(now) {
                return Ok(());
            }
            taken = Some(now);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Waits for this number of results, and returns their delays. The query returns a row for each, in
    /// milliseconds; null while it is missing. Results that are still missing after a minute have failed.
    pub async fn delays(
        &self,
        query: &str,
        of: &(dyn ToSql + Sync),
        count: usize,
        time: Duration,
    ) -> anyhow::Result<Measurement> {
        let client = self.owned.connect().await?;
        let began = Instant::now();
        loop {
            let rows = client.query(query, &[of]).await.context("cannot read the delays")?;
            let delays: Vec<f64> = rows.iter().filter_map(|row| row.get(0)).collect();
            if delays.len() >= count || began.elapsed() > LOST_AFTER {
                let mut measured = Measurement::of_milliseconds(&delays, time);
                for _ in delays.len()..count {
                    measured.fail(&anyhow!("it never arrived"));
                }
                return Ok(measured);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Runs the maintenance that Postgres would otherwise run during a measurement.
    pub async fn clean_up(&self) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        client.batch_execute("vacuum analyze").await.context("cannot vacuum")?;
        client.batch_execute("checkpoint").await.context("cannot write a checkpoint")
    }

    /// Replaces the placeholders of dates.
    pub fn dated(&self, text: &str) -> String {
        text.replace("WEEK_AGO", &self.week_ago).replace("IN_A_WEEK", &self.in_a_week)
    }
}
