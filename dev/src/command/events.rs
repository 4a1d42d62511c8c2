//! `cargo dev events`: what goes through TaskFlow, and what did not.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::ensure;
use events::KINDS;
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
    match arguments.dead {
        true => dead(&client, arguments.limit).await,
        false => taken(&client, arguments.topic.as_deref(), arguments.limit, arguments.follow).await,
    }
}

/// What the audit trail has taken: the newest, the last one last, and then what comes.
async fn taken(client: &Client, topic: Option<&str>, limit: i64, follow: bool) -> anyhow::Result<()> {
    let kinds: Vec<&str> =
        KINDS.iter().filter(|kind| topic.is_none_or(|topic| topic == kind.topic)).map(|kind| kind.name).collect();
    let topics: BTreeSet<&str> = KINDS.iter().map(|kind| kind.topic).collect();
    ensure!(
        !kinds.is_empty(),
        "there is no such topic; there are {}",
        topics.into_iter().collect::<Vec<_>>().join(", ")
    );
    let lines = "
        select event.event_id::text, concat_ws('  ',
                   to_char(event.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), rpad(event.event_type, 18),
                   coalesce(event.user_id::text, 'nobody'), '#' || event.seq, 'task ' || event.task_id,
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
             insert into app.outbox (topic, type, user_id, seq, actor, shard, event)
             select topic, event ->> 'type', person, 0, 'system', app.shard(person),
                    event - '{topic,pubsubname,deadletterreason}'::text[]
               -- What is no id may be what it died of.
               from (select *, case when event #>> '{data,user_id}' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                                    then (event #>> '{data,user_id}')::uuid end as person from letters) as letter",
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
