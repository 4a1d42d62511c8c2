//! `events`: lists recent events of the audit trail, and dead letters, and requeues what failed.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::ensure;
use events::{KINDS, Kind};
use tokio_postgres::Client;

use crate::DatabaseUrl;

/// Selection of events, or `requeue`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// Keep running, and print new events as the audit trail takes them
    #[arg(long)]
    follow: bool,
    /// Only events of this topic
    #[arg(long)]
    topic: Option<String>,
    /// Show dead letters: events that consumers could not process
    #[arg(long, conflicts_with_all = ["follow", "topic"])]
    dead: bool,
    /// Number of events to show, the newest ones
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: i64,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Put dead letters of a known type, and parked events, which could not be published, back into the
    /// outbox
    Requeue {
        /// Only dead letters of this consumer, and no parked events
        #[arg(long)]
        consumer: Option<String>,
    },
}

/// Runs the command.
pub async fn run(arguments: Arguments, url: &DatabaseUrl) -> anyhow::Result<()> {
    let mut client = url.connect().await?;
    if let Some(Action::Requeue { consumer }) = arguments.action {
        return requeue(&mut client, consumer).await;
    }
    if arguments.dead {
        return list_dead_letters(&client, arguments.limit).await;
    }
    list(&client, arguments.topic.as_deref(), arguments.limit, arguments.follow).await?;
    report_backlog(&client).await
}

/// Prints the newest events that the audit trail took in the last 8 days, oldest first. With `follow`, goes
/// on to print new ones.
async fn list(client: &Client, topic: Option<&str>, limit: i64, follow: bool) -> anyhow::Result<()> {
    // Events of tasks are published twice: for consumers, and under `task-updates` for clients.
    let topics_of = |kind: &Kind| {
        if kind.topic == "task-events" { vec![kind.topic, "task-updates"] } else { vec![kind.topic] }
    };
    let kinds: Vec<&str> = KINDS
        .iter()
        .filter(|kind| topic.is_none_or(|topic| topics_of(kind).contains(&topic)))
        .map(|kind| kind.name)
        .collect();
    let topics: BTreeSet<&str> = KINDS.iter().flat_map(topics_of).collect();
    ensure!(
        !kinds.is_empty(),
        "there is no such topic; there are {}",
        topics.into_iter().collect::<Vec<_>>().join(", ")
    );
    let lines = "
        select event.event_id::text, concat_ws('  ',
                   to_char(event.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'),
                   rpad(event.event_type, 20), coalesce(event.user_id::text, 'no user'), '#' || event.seq,
                   'task ' || event.task_id, 'series ' || (event.data ->> 'recurring_task_id'),
                   'reminder ' || (event.data ->> 'reminder_id'),
                   'by ' || concat_ws(' ', event.data ->> 'actor', event.data ->> 'actor_name'))
          from app.consumed_events as consumed
          join app.audit as event on event.event_id = consumed.event_id
         where consumed.consumer = 'audit' and event.event_type = any ($1)
           and consumed.at > now() - $2::text::interval
         order by consumed.at desc, event.occurred_at desc limit $3";
    let (mut since, mut limit) = ("8 days", limit);
    let mut printed: BTreeSet<String> = BTreeSet::new();
    loop {
        let rows = client.query(lines, &[&kinds, &since, &limit]).await?;
        for row in rows.iter().rev().filter(|row| !printed.contains(row.get::<_, &str>(0))) {
            println!("{}", row.get::<_, String>(1));
        }
        if !follow {
            return Ok(());
        }
        // Transactions end in another order than they begin, so each query looks back a little, and skips
        // what the last one has printed.
        printed = rows.iter().map(|row| row.get(0)).collect();
        (since, limit) = ("10 seconds", i64::MAX);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Prints a line about events that wait or failed, if there are any.
async fn report_backlog(client: &Client) -> anyhow::Result<()> {
    let line = "
        select concat_ws('; ',
                   case when waiting.n > 0 then waiting.n || ' to be published, waiting for up to '
                       || ceil(extract(epoch from now() - waiting.since)) || ' s'
                       || coalesce(': ' || waiting.last_error, '') end,
                   case when parked.n > 0 then parked.n || ' could not be published' end,
                   case when letters.n > 0 then letters.n || ' could not be processed (--dead shows them)' end)
          from (select count(*) as n, min(occurred_at) as since, max(last_error) as last_error from app.outbox) as waiting,
               (select count(*) as n from app.parked) as parked,
               (select count(*) as n from app.dead_letters where requeued_at is null) as letters";
    let line: String = client.query_one(line, &[]).await?.get(0);
    if !line.is_empty() {
        eprintln!("{line}");
    }
    Ok(())
}

async fn list_dead_letters(client: &Client, limit: i64) -> anyhow::Result<()> {
    let lines = "
        select concat_ws('  ', to_char(failed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), consumer, event_id, reason,
                         case when failures > 1 then failures || ' times' end,
                         case when requeued_at is not null then 'requeued' end)
          from (select * from app.dead_letters order by failed_at desc limit $1) as newest order by failed_at";
    for row in client.query(lines, &[&limit]).await? {
        println!("{}", row.get::<_, String>(0));
    }
    Ok(())
}

/// Puts failed events back into the outbox. They keep their ids, so consumers that have processed them skip
/// them. A dead letter of an unknown type stays, as its topic is not known.
async fn requeue(client: &mut Client, consumer: Option<String>) -> anyhow::Result<()> {
    let transaction = client.transaction().await?;
    let topics: Vec<&str> = KINDS.iter().map(|kind| kind.topic).collect();
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let letters = transaction
        .execute(
            "with letters as (
                 update app.dead_letters as letter set requeued_at = now()
                   from unnest($1::text[], $2::text[]) as kind (name, topic)
                  where letter.requeued_at is null and letter.event ->> 'type' = kind.name
                    and ($3::text is null or letter.consumer = $3)
                 returning kind.topic, letter.event::jsonb as event
             )
             select app.requeue_event(topic, event) from letters",
            &[&kinds, &topics, &consumer],
        )
        .await?;
    let parked = transaction
        .execute(
            "with returned as (delete from app.parked where $1::text is null returning *)
             insert into app.outbox (event_id, topic, type, user_id, seq, subject_id, actor, actor_name,
                                     correlation_id, traceparent, occurred_at, before, after, details, shard, event)
             select event_id, topic, type, user_id, seq, subject_id, actor, actor_name, correlation_id, traceparent,
                    occurred_at, before, after, details, shard, event from returned",
            &[&consumer],
        )
        .await?;
    let left: i64 = transaction
        .query_one(
            "select count(*) from app.dead_letters
              where requeued_at is null and ($1::text is null or consumer = $1)",
            &[&consumer],
        )
        .await?
        .get(0);
    transaction.commit().await?;
    println!("requeued: dead letters {letters}, parked events {parked}");
    if left > 0 {
        println!("not requeued: dead letters of an unknown type {left}");
    }
    Ok(())
}
