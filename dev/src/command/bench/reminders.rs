//! Reminders: how long from the time of one to its notification, and how long many at once take.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use super::connection::Connection;
use super::load::run;
use super::measured::Measured;
use super::world::{COLLECTOR, CREATORS, CROWD, World};

/// What they are called among the scenarios.
pub const DELAY: &str = "reminder-delay";
pub const OF_MANY: &str = "reminders-of-many";
pub const OF_ONE: &str = "reminders-of-one";

/// Reminders a second.
pub const RATE: u64 = 20;
/// Reminders in the same second.
pub const AT_ONCE: u64 = 1000;

const WRITERS: usize = 8;

/// Until the first is due all of them have been asked for, and what that led to is done.
const LEAD: Duration = Duration::from_secs(15);

/// How long each took from its time until its user was told. Who is told of several in one minute has one notification, which may
/// be older than what was added to it.
const DELAYS: &str = "
select case when notification.id is not null then
           extract(epoch from greatest(reminder.sent_at, notification.created_at) - reminder.remind_at)::float8 * 1000 end
  from app.reminders as reminder join app.tasks as task on task.id = reminder.task_id
  left join app.notifications as notification on notification.id = reminder.notification_id and reminder.status = 'sent'
 where task.title = $1";

/// Makes tasks that remind: one after the other for that time, or all in one second, of many people or of one. Measures when their
/// users are told.
pub async fn measure(world: &World, scenario: &'static str, time: Duration) -> anyhow::Result<Measured> {
    let (users, count, apart_ms) = match scenario {
        DELAY => (CREATORS, RATE * time.as_secs(), 1000 / RATE),
        OF_MANY => (CROWD, AT_ONCE, 0),
        _ => (COLLECTOR, AT_ONCE, 0),
    };
    world.caught_up().await?;
    let begin = web::now_ms() + LEAD.as_millis() as u64;
    let due: Arc<Vec<u64>> = Arc::new((0..count).map(|number| begin + number * apart_ms).collect());
    let server = world.taskflow;
    run(WRITERS, LEAD, |writer, _| {
        let due = Arc::clone(&due);
        async move {
            let mut connection = Connection::open(server).await?;
            for (number, due) in due.iter().enumerate().skip(writer).step_by(WRITERS) {
                let at = domain::rfc3339_from_ms(*due);
                let task = format!(r#"{{"title":"{scenario}","reminders":[{{"at":"{at}"}}]}}"#);
                let status = connection.ask("POST /api/tasks", &users.token(number), None, &task).await?;
                ensure!(status == 201, "a reminder was answered with {status}: {}", connection.answer());
            }
            Ok(Measured::default())
        }
    })
    .await?;
    let last = begin + count.saturating_sub(1) * apart_ms;
    tokio::time::sleep(Duration::from_millis(last.saturating_sub(web::now_ms()))).await;
    let took = Duration::from_millis(count * apart_ms).max(Duration::from_secs(1));
    world.delays(DELAYS, &scenario, count as usize, took).await
}
