//! The roles of the functions and of Dapr: passwords and session settings.

use anyhow::{Context, ensure};

use crate::DatabaseUrl;

/// Default of the passwords in `spin.toml`.
const SAMPLE_PASSWORD: &str = "sample-password-for-this-machine";

/// Settings of every session of all roles.
const SETTINGS: [(&str, &str); 4] = [
    ("timezone", "UTC"),
    // Statements are planned once per connection. What must be planned for its values uses `execute`.
    ("plan_cache_mode", "force_generic_plan"),
    // A plan may be made while a table is nearly empty, and must still use the index when it has grown.
    ("enable_seqscan", "off"),
    // No statement runs long enough for compilation to pay off.
    ("jit", "off"),
];

/// Role that signs in to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Role of the functions that Dapr never calls.
    User,
    /// Role of the functions that Dapr calls.
    Service,
    /// Role of Dapr, for its tables of settings and state.
    Dapr,
}

impl Role {
    const ALL: [Self; 3] = [Self::User, Self::Service, Self::Dapr];

    fn name(self) -> &'static str {
        match self {
            Self::User => "taskflow_user",
            Self::Service => "taskflow_service",
            Self::Dapr => "taskflow_dapr",
        }
    }

    /// Environment variable of the password: the variable of `spin.toml` as Spin reads it.
    fn variable(self) -> &'static str {
        match self {
            Self::User => "SPIN_VARIABLE_DB_USER_PASSWORD",
            Self::Service => "SPIN_VARIABLE_DB_SERVICE_PASSWORD",
            Self::Dapr => "SPIN_VARIABLE_DB_DAPR_PASSWORD",
        }
    }

    fn password(self) -> String {
        std::env::var(self.variable()).unwrap_or_else(|_| SAMPLE_PASSWORD.to_owned())
    }

    /// Settings of every session of this role.
    fn settings(self) -> Vec<(&'static str, &'static str)> {
        let mut settings = SETTINGS.to_vec();
        match self {
            // People wait for it: what others lock is refused soon, and a slow machine has some time.
            Self::User => settings.extend([("lock_timeout", "1s"), ("statement_timeout", "5s")]),
            Self::Service => settings.push(("statement_timeout", "10s")),
            // Dapr looks its tables up there, and a pooler may refuse to be told by the client.
            Self::Dapr => settings.extend([("statement_timeout", "10s"), ("search_path", "dapr")]),
        }
        settings
    }

    /// The address of a database with the credentials of this role.
    pub fn url(self, database: &DatabaseUrl) -> DatabaseUrl {
        database.with_role(self.name(), &self.password())
    }
}

/// Rejects passwords that the roles must not get.
pub fn check_passwords(url: &DatabaseUrl) -> anyhow::Result<()> {
    for role in Role::ALL {
        let (name, variable, password) = (role.name(), role.variable(), role.password());
        ensure!(
            url.is_local() || password != SAMPLE_PASSWORD,
            "the role {name} would get the sample password, on a database that other machines can reach: \
             set {variable}"
        );
        ensure!(
            !password.is_empty() && password.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)),
            "{variable} becomes part of a URL: use letters, digits and -._~ only"
        );
    }
    Ok(())
}

/// Lets the roles sign in. A role belongs to all databases of a server, so one that is ready is left alone:
/// two commands that change it at the same time would fail.
pub async fn set_up(url: &DatabaseUrl) -> anyhow::Result<()> {
    let client = url.connect().await?;
    for role in Role::ALL {
        if is_ready(role, url).await {
            continue;
        }
        let name = role.name();
        let settings: String = role
            .settings()
            .iter()
            .map(|(setting, value)| format!("alter role {name} set {setting} = '{value}';"))
            .collect();
        let statements = format!(
            "begin;
             select pg_advisory_xact_lock(hashtext('taskflow migrations'));
             alter role {name} login password '{}';
             {settings}
             commit",
            role.password()
        );
        client.batch_execute(&statements).await.with_context(|| format!("cannot set up the role {name}"))?;
    }
    Ok(())
}

async fn is_ready(role: Role, url: &DatabaseUrl) -> bool {
    let Ok(client) = role.url(url).connect().await else { return false };
    let settings: Vec<String> = role
        .settings()
        .iter()
        .map(|(name, value)| format!("current_setting('{name}') = '{value}'"))
        .collect();
    let settings = settings.join(" and ");
    client.query_one(&format!("select {settings}"), &[]).await.is_ok_and(|row| row.get(0))
}
