//! The users and tasks that everything is measured with.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use tokio_postgres::types::ToSql;

use super::measured::Measured;
use super::process::Process;
use crate::database::{DatabaseUrl, as_user};

/// What has not come after this time does not come any more.
const LOST_AFTER: Duration = Duration::from_secs(60);

/// Some users, each with a session.
#[derive(Clone, Copy, Debug)]
pub struct Users {
    /// What their tokens begin with.
    group: &'static str,
    /// How many they are.
    pub count: usize,
}

impl Users {
    /// The token of one of them; who counts on begins anew.
    pub fn token(&self, number: usize) -> String {
        format!("{}-{}", self.group, number % self.count)
    }

    /// The hashes of all tokens.
    pub fn hashes(&self) -> Vec<String> {
        (0..self.count).map(|number| web::fingerprint(self.token(number))).collect()
    }
}

/// Those who make tasks.
pub const CREATORS: Users = Users { group: "create", count: 256 };
/// Those who have 50 tasks each.
pub const LISTERS: Users = Users { group: "list50", count: 256 };
/// Some of those, as many as work behind one address.
pub const NEIGHBOURS: Users = Users { group: "list50", count: 200 };
/// The one who has 10 000 tasks.
pub const COLLECTOR: Users = Users { group: "lists", count: 1 };
/// Those who have the rest of 100 000 tasks.
const OTHERS: Users = Users { group: "others", count: 90 };
/// Those who come at the same time.
pub const CROWD: Users = Users { group: "crowd", count: 500 };

/// Who has how many tasks.
const TASKS: [(Users, i32); 5] = [(CREATORS, 0), (LISTERS, 50), (COLLECTOR, 10_000), (OTHERS, 1000), (CROWD, 50)];

const MAKE_USERS: &str = "
with made as materialized (select hash, gen_random_uuid() as id from unnest($1::text[]) as hash),
     people as (insert into app.users (id, guest) select id, true from made)
insert into app.sessions (token_hash, user_id, expires_at) select hash, id, now() + interval '30 days' from made";

/// So high that nothing is refused: all load comes from one address and few users.
const LIMITS: &str = "
insert into app.limits (name, quota, seconds)
select name, 1000000000, 1000 from unnest(array['user', 'address', 'sign-up', 'sign-in', 'sign-in-address']) as name
on conflict (name) do update set quota = excluded.quota, seconds = excluded.seconds";

const DATES: &str = r#"
select to_char(now() at time zone 'UTC' - interval '7 days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(now() at time zone 'UTC' + interval '7 days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#;

/// Where the servers are, and who asks them.
pub struct World {
    /// TaskFlow.
    pub taskflow: SocketAddr,
    /// The native server.
    pub native: SocketAddr,
    /// The database as TaskFlow's functions see it, for the reference without any server.
    pub database: DatabaseUrl,
    /// The database as its owner sees it.
    pub owned: DatabaseUrl,
    week_ago: String,
    in_a_week: String,
}

impl World {
    /// Puts users, sessions and tasks into the database.
    pub async fn make(database: &DatabaseUrl, taskflow: &Process, native: &Process) -> anyhow::Result<Self> {
        let client = database.connect().await?;
        client.batch_execute("alter table app.tasks disable trigger user").await?;
        for (users, tasks) in TASKS {
            let hashes = users.hashes();
            client.execute(MAKE_USERS, &[&hashes]).await.context("cannot make users")?;
            client.execute(include_str!("tasks.sql"), &[&hashes, &tasks]).await.context("cannot make tasks")?;
        }
        client.batch_execute("alter table app.tasks enable trigger user").await?;
        client.batch_execute("vacuum analyze").await?;
        let dates = client.query_one(DATES, &[]).await?;
        let world = Self {
            taskflow: taskflow.address(),
            native: native.address(),
            database: as_user(database)?,
            owned: database.clone(),
            week_ago: dates.get(0),
            in_a_week: dates.get(1),
        };
        world.set_limits(true).await?;
        Ok(world)
    }

    /// Has requests counted or not.
    pub async fn set_limits(&self, counted: bool) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        client.batch_execute(if counted { LIMITS } else { "delete from app.limits" }).await.context("cannot set limits")
    }

    /// Has events published, or has them wait. What waits when publishing begins is forgotten: it is not TaskFlow's.
    pub async fn set_publishing(&self, wanted: bool) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        if wanted {
            client.batch_execute("delete from app.outbox").await.context("cannot empty the outbox")?;
        }
        client.execute("select app.set_publishing($1)", &[&wanted]).await.context("cannot switch publishing")?;
        Ok(())
    }

    /// Waits until all that happened has been published and taken.
    pub async fn caught_up(&self) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        let state = "select (select count(*) from app.outbox), (select sum(times)::bigint from app.counted)";
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

    /// How long each of so many things took that went on for that time: what a query tells of them, in milliseconds, a row each,
    /// null where it has not come. It is asked until all have; what is missing in the end has failed.
    pub async fn delays(
        &self,
        query: &str,
        of: &(dyn ToSql + Sync),
        count: usize,
        time: Duration,
    ) -> anyhow::Result<Measured> {
        let client = self.owned.connect().await?;
        let began = Instant::now();
        loop {
            let rows = client.query(query, &[of]).await.context("cannot read what came")?;
            let delays: Vec<f64> = rows.iter().filter_map(|row| row.get(0)).collect();
            if delays.len() >= count || began.elapsed() > LOST_AFTER {
                let mut measured = Measured::of_milliseconds(&delays, time);
                for _ in delays.len()..count {
                    measured.fail(&anyhow!("it never came"));
                }
                return Ok(measured);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Does at once what Postgres would do between requests some time.
    pub async fn clean_up(&self) -> anyhow::Result<()> {
        let client = self.owned.connect().await?;
        client.batch_execute("vacuum analyze").await.context("cannot vacuum")?;
        client.batch_execute("checkpoint").await.context("cannot write a checkpoint")
    }

    /// The text with dates in it.
    pub fn dated(&self, text: &str) -> String {
        text.replace("WEEK_AGO", &self.week_ago).replace("IN_A_WEEK", &self.in_a_week)
    }
}
