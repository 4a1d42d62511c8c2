//! What is measured, and the users and tasks that it is measured with.

use std::net::SocketAddr;

use anyhow::Context;

use super::process::Process;
use crate::database::DatabaseUrl;

/// Something that is measured.
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// The request line without the version, the body, and the status of success.
    pub request: (&'static str, &'static str, u16),
    /// What Postgres alone does of it.
    pub postgres: Option<Call>,
}

/// A call that Postgres gets when the same is asked over HTTP.
pub struct Call {
    /// The file's stem and its text.
    pub body: (&'static str, &'static str),
    /// Its input; a new id is put into it where it makes something.
    pub input: &'static str,
    /// Whether it makes something.
    pub makes: bool,
}

const TASK: &str = r#"{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":"2031-04-02T17:00:00Z"}"#;
const TASK_AS_INPUT: &str = r#"{"title":"prepare the monthly report","priority":"high","tags":["work","report"],"due_date":{"at":"2031-04-02T17:00:00Z"}}"#;

/// All that is measured.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { name: "hello", request: ("GET /live", "", 200), postgres: None },
    Scenario {
        name: "create",
        request: ("POST /api/tasks", TASK, 201),
        postgres: Some(Call {
            body: ("create", include_str!("../../../../crates/actions/src/tasks/create.sql")),
            input: TASK_AS_INPUT,
            makes: true,
        }),
    },
    Scenario {
        name: "list50",
        request: ("GET /api/tasks", "", 200),
        postgres: Some(Call {
            body: ("list", include_str!("../../../../crates/actions/src/tasks/list.sql")),
            input: "{}",
            makes: false,
        }),
    },
];

/// Users who make tasks, and users who have 50 each.
const USERS: usize = 256;

/// Where the servers are, and who asks them.
pub struct World {
    /// TaskFlow.
    pub taskflow: SocketAddr,
    /// The native server.
    pub native: SocketAddr,
    /// The database, for the reference without any server.
    pub database: DatabaseUrl,
}

impl World {
    /// Puts users, sessions and tasks into the database.
    pub async fn make(database: &DatabaseUrl, taskflow: &Process, native: &Process) -> anyhow::Result<Self> {
        let client = database.connect().await?;
        for kind in ["create", "list50"] {
            for number in 0..USERS {
                let user = format!(
                    "with person as (
                         insert into app.users (id, guest) values (gen_random_uuid(), true) returning id
                     )
                     insert into app.sessions (token_hash, user_id, expires_at)
                     select '{}', id, now() + interval '30 days' from person",
                    web::fingerprint(&token(kind, number))
                );
                client.batch_execute(&user).await.context("cannot make a user")?;
            }
        }
        let tasks = format!(
            "insert into app.tasks (id, user_id, title, priority, tags, due_date)
             select gen_random_uuid(), session.user_id, 'task ' || number, 'medium', '{{work,report}}', now() + number * interval '1 hour'
               from app.sessions as session, generate_series(1, 50) as number
              where session.token_hash in ({})",
            (0..USERS).map(|number| format!("'{}'", web::fingerprint(&token("list50", number)))).collect::<Vec<_>>().join(", ")
        );
        client.batch_execute(&tasks).await.context("cannot make tasks")?;
        client.batch_execute("vacuum analyze").await?;
        Ok(Self { taskflow: taskflow.address(), native: native.address(), database: database.clone() })
    }
}

/// The token of one of a scenario's users.
pub fn token(scenario: &str, number: usize) -> String {
    format!("{scenario}-{}", number % USERS)
}
