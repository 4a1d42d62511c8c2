//! Reminders: the delay from the moment of a reminder to its notification, and of many at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use workload::Connection;

use crate::load::run;
use crate::measurement::Measurement;
use crate::world::{COLLECTOR, CREATORS, CROWD, World};

/// Names of the scenarios.
pub const DELAY: &str = "reminder-delay";
pub const MANY_USERS: &str = "reminders-of-many";
pub const ONE_USER: &str = "reminders-of-one";

/// Reminders per second.
pub const RATE: u64 = 20;
/// Reminders in the same second.
pub const AT_ONCE: u64 = 1000;

const WRITERS: usize = 8;

/// Time to create all reminders, and for consumers to take the events of that, before the first is due.
const LEAD: Duration = Duration::from_secs(15);

/// Delay of each from its moment to its notification. Reminders of the same minute share a notification,
/// which may be older than those added to it.
const DELAYS: &str = "
select case when notification.id is not null then
           extract(epoch from greatest(reminder.sent_at, notification.created_at) - reminder.remind_at)::float8 * 1000 end
  from app.reminders as reminder join app.tasks as task on task.id = reminder.task_id
  left join app.notifications as notification on notification.id = reminder.notification_id and reminder.status = 'sent'
 where task.title = $1";

/// Creates tasks with reminders, due one after the other or all in one second, of many users or of one, and
/// measures the delays of their notifications.
pub async fn measure(world: &World, scenario: &'static str, time: Duration) -> anyhow::Result<Measurement> {
    let (users, count, apart_ms) = match scenario {
        DELAY => (CREATORS, RATE * time.as_secs(), 1000 / RATE),
        MANY_USERS => (CROWD, AT_ONCE, 0),
        _ => (COLLECTOR, AT_ONCE, 0),
    };
    world.wait_until_taken().await?;
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
                let status = connection.send("POST /api/tasks", &users.token(number), None, &task).await?;
                ensure!(status == 201, "a reminder returned {status}: {}", connection.response());
            }
            Ok(Measurement::default())
        }
    })
    .await?;
    let last = begin + count.saturating_sub(1) * apart_ms;
    tokio::time::sleep(Duration::from_millis(last.saturating_sub(web::now_ms()))).await;
    let took = Duration::from_millis(count * apart_ms).max(Duration::from_secs(1));
    world.delays(DELAYS, &scenario, count as usize, took).await
}
