//! `cargo dev events`: what goes through TaskFlow, and what did not.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::ensure;
use events::{KINDS, Kind};
use tokio_postgres::Client;

use crate::command::migrate::Where;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Go on with what happens from now on
    #[arg(long)]
    follow: bool,
    /// Only those of this topic
    #[arg(long)]
    topic: Option<String>,
    /// What consumers could not take, in place of what they took
    #[arg(long, conflicts_with_all = ["follow", "topic"])]
    dead: bool,
    /// How many at the most, the newest
    #[arg(long, default_value_t = 50)]
    limit: i64,
    #[command(flatten)]
    database: Where,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Send again what consumers could not take, and what could not be published
    Replay {
        /// Only what this consumer could not take
        #[arg(long)]
        consumer: Option<String>,
        #[command(flatten)]
        database: Where,
    },
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(Action::Replay { consumer, database }) = arguments.action {
        let open = database.reach().await?;
        return replay(&mut open.url.connect().await?, consumer).await;
    }
    let open = arguments.database.reach().await?;
    let client = open.url.connect().await?;
    if arguments.dead {
        return dead(&client, arguments.limit).await;
    }
    taken(&client, arguments.topic.as_deref(), arguments.limit, arguments.follow).await?;
    held_up(&client).await
}

/// What the audit trail has taken: the newest, the last one last, and then what comes.
async fn taken(client: &Client, topic: Option<&str>, limit: i64, follow: bool) -> anyhow::Result<()> {
    // Clients get what happens to tasks again, under a topic of their own.
    let of =
        |kind: &Kind| if kind.topic == "task-events" { vec![kind.topic, "task-updates"] } else { vec![kind.topic] };
    let kinds: Vec<&str> =
        KINDS.iter().filter(|kind| topic.is_none_or(|topic| of(kind).contains(&topic))).map(|kind| kind.name).collect();
    let topics: BTreeSet<&str> = KINDS.iter().flat_map(of).collect();
    ensure!(
        !kinds.is_empty(),
        "there is no such topic; there are {}",
        topics.into_iter().collect::<Vec<_>>().join(", ")
    );
    let lines = "
        select event.event_id::text, concat_ws('  ',
                   to_char(event.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), rpad(event.event_type, 20),
                   coalesce(event.user_id::text, 'nobody'), '#' || event.seq, 'task ' || event.task_id,
                   'series ' || (event.data ->> 'recurring_task_id'), 'reminder ' || (event.data ->> 'reminder_id'),
                   'by ' || concat_ws(' ', event.data ->> 'actor', event.data ->> 'actor_name'))
          from app.deliveries as delivery
          join app.audit as event on event.event_id = delivery.event_id
         where delivery.consumer = 'audit' and event.event_type = any ($1) and delivery.at > now() - $2::text::interval
         order by delivery.at desc, event.occurred_at desc limit $3";
    let (mut since, mut limit) = ("8 days", limit);
    let mut shown: BTreeSet<String> = BTreeSet::new();
    loop {
        let rows = client.query(lines, &[&kinds, &since, &limit]).await?;
        for row in rows.iter().rev().filter(|row| !shown.contains(row.get::<_, &str>(0))) {
            println!("{}", row.get::<_, String>(1));
        }
        if !follow {
            return Ok(());
        }
        // Transactions end in another order than they begin, so each look goes back a little, and knows what the last one saw.
        shown = rows.iter().map(|row| row.get(0)).collect();
        (since, limit) = ("10 seconds", i64::MAX);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A line of what does not go through, where there is something.
async fn held_up(client: &Client) -> anyhow::Result<()> {
    let line = "
        select concat_ws('; ',
                   case when waiting.n > 0 then waiting.n || ' wait to be published, the oldest for '
                       || ceil(extract(epoch from now() - waiting.since)) || ' s' || coalesce(': ' || waiting.problem, '') end,
                   case when parked.n > 0 then parked.n || ' could not be published' end,
                   case when letters.n > 0 then letters.n || ' could not be taken (--dead shows them)' end)
          from (select count(*) as n, min(occurred_at) as since, max(problem) as problem from app.outbox) as waiting,
               (select count(*) as n from app.parked) as parked,
               (select count(*) as n from app.dead_letters where replayed_at is null) as letters";
    let line: String = client.query_one(line, &[]).await?.get(0);
    if !line.is_empty() {
        eprintln!("{line}");
    }
    Ok(())
}

async fn dead(client: &Client, limit: i64) -> anyhow::Result<()> {
    let lines = "
        select concat_ws('  ', to_char(died_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), consumer, event_id, reason,
                         case when times > 1 then times || ' times' end, case when replayed_at is not null then 'sent again' end)
          from (select * from app.dead_letters order by died_at desc limit $1) as newest order by died_at";
    for row in client.query(lines, &[&limit]).await? {
        println!("{}", row.get::<_, String>(0));
    }
    Ok(())
}

/// Puts them into the outbox: they go out as they came, under their own ids, so who has taken them already does nothing.
async fn replay(client: &mut Client, consumer: Option<String>) -> anyhow::Result<()> {
    let transaction = client.transaction().await?;
    let topics: Vec<&str> = KINDS.iter().map(|kind| kind.topic).collect();
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let sent = transaction
        .execute(
            "with letters as (
                 update app.dead_letters as letter set replayed_at = now()
                   from unnest($1::text[], $2::text[]) as kind (name, topic)
                  where letter.replayed_at is null and letter.event ->> 'type' = kind.name
                    and ($3::text is null or letter.consumer = $3)
                 returning kind.topic, letter.event::jsonb as event
             )
             select app.send_again(topic, event) from letters",
            &[&kinds, &topics, &consumer],
        )
        .await?;
    let put_back = transaction
        .execute(
            "with back as (delete from app.parked where $1::text is null returning *)
             insert into app.outbox (event_id, topic, type, user_id, seq, subject_id, actor, actor_name, correlation_id,
                                     traceparent, occurred_at, before, after, details, shard, event)
             select event_id, topic, type, user_id, seq, subject_id, actor, actor_name, correlation_id, traceparent, occurred_at,
                    before, after, details, shard, event from back",
            &[&consumer],
        )
        .await?;
    transaction.commit().await?;
    println!("sent again: {sent} of the dead letters, {put_back} of what could not be published");
    Ok(())
}
