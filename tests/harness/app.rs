//! TaskFlow, running: on the embedded host, or on real Spin with `cargo dev test --engine spin`.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;

use host::{Engine, Limits, Logs, Running};
use serde_json::{Value, json};
use sidecar::mail::{self, Mail};
use sidecar::{Mailbox, Sidecar, Tokens};
use tempfile::TempDir;

use crate::{Answer, Call, Client, Database, Person};

/// TaskFlow, running, with a database of its own.
pub struct App {
    /// Its database, to look behind the scenes.
    pub database: Database,
    client: Client,
    logs: Logs,
    running: Running,
    events: Option<Events>,
}

/// The sidecar, and what is still there when it is lost.
struct Events {
    sidecar: Option<Sidecar>,
    port: u16,
    folder: TempDir,
    _mailbox: Mailbox,
}

/// What Dapr shows the functions.
pub const DAPR_TOKEN: &str = "sample-token-of-dapr";

/// Nobody listens there.
const NOWHERE: &str = "1";

impl App {
    /// Starts it.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts it with variables of `spin.toml` that are different.
    pub async fn with(different: &[(&str, &str)]) -> Self {
        Self::on(Database::create().await, different).await
    }

    async fn on(database: Database, different: &[(&str, &str)]) -> Self {
        let mut variables = database.variables();
        variables.insert("dapr_port".into(), NOWHERE.into());
        variables.extend(different.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        let logs = Logs::captured();
        let running = run(&variables, &logs).await;
        let client = Client::new(format!("http://{}", running.address()));
        Self { database, client, logs, running, events: None }
    }

    /// Starts it with a sidecar: what happens goes out as events, and is taken.
    pub async fn with_events() -> Self {
        let (database, folder) = (Database::create().await, TempDir::new().expect("a folder"));
        let mailbox = Mailbox::start(0, &folder.path().join("mail")).await.expect("a mailbox");
        let secrets = secrets(&database, mailbox.address());
        std::fs::write(folder.path().join("secrets.json"), secrets.to_string()).expect("the secrets are written");
        let sidecar = start_sidecar(folder.path(), 0).await;
        let port = sidecar.address().port();
        let mut app = Self::on(database, &[("app_api_token", DAPR_TOKEN), ("dapr_port", &port.to_string())]).await;
        sidecar.deliver_to(app.running.address());
        app.events = Some(Events { sidecar: Some(sidecar), port, folder, _mailbox: mailbox });
        app
    }

    /// Ends the sidecar, as if its machine had died.
    pub async fn lose_sidecar(&mut self) {
        drop(self.events.as_mut().expect("an app with events").sidecar.take());
    }

    /// Starts the sidecar again, where it was.
    pub async fn return_sidecar(&mut self) {
        let events = self.events.as_mut().expect("an app with events");
        let sidecar = start_sidecar(events.folder.path(), events.port).await;
        sidecar.deliver_to(self.running.address());
        events.sidecar = Some(sidecar);
    }

    /// The mails that were sent so far, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let folder = &self.events.as_ref().expect("an app with events").folder;
        let paths = mail::all(&folder.path().join("mail")).expect("the mailbox can be read");
        paths.iter().map(|path| mail::read(path).expect("a mail")).collect()
    }

    /// Calls a route as Dapr does.
    pub fn as_dapr(&self, path: &str) -> Call<'_> {
        self.call("POST", path).header("dapr-api-token", DAPR_TOKEN)
    }

    /// Its host and port.
    pub fn host(&self) -> &str {
        self.client.host()
    }

    /// Begins a request of nobody in particular.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        self.client.call(method, path)
    }

    /// Gets something as nobody in particular.
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    /// Posts something as nobody in particular.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path).json(&body).send().await
    }

    /// Somebody who starts without an account.
    pub async fn guest(&self) -> Person {
        self.guest_in("UTC").await
    }

    /// Somebody who starts without an account, somewhere.
    pub async fn guest_in(&self, timezone: &str) -> Person {
        let answer = self.post("/api/auth/guest", json!({ "timezone": timezone })).await.expect(201);
        self.person(&answer)
    }

    /// Somebody who makes an account.
    pub async fn account(&self, email: &str) -> Person {
        let account = json!({ "email": email, "password": "a sample password" });
        let answer = self.post("/api/auth/register", account).await.expect(201);
        self.person(&answer)
    }

    /// The person whose session began.
    pub fn person(&self, session: &Answer) -> Person {
        Person::new(self.client.clone(), &session.json())
    }

    /// What the functions have logged so far; nothing on real Spin, which prints it.
    pub fn logs(&self) -> Vec<String> {
        self.logs.lines()
    }
}

/// What the components of `dapr/` need to know.
fn secrets(database: &Database, smtp: SocketAddr) -> Value {
    json!({
        "kafka": { "brokers": "", "authType": "none" },
        "postgres": { "connectionString": database.connection_string() },
        "smtp": {
            "host": smtp.ip().to_string(), "port": smtp.port().to_string(), "user": "", "password": "",
            "skipTLSVerify": "false", "emailFrom": "TaskFlow <taskflow@example.com>",
        },
    })
}

/// Port 0 is any that is free.
async fn start_sidecar(folder: &Path, port: u16) -> Sidecar {
    let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../dapr"));
    let tokens = Tokens { api: String::new(), app: DAPR_TOKEN.into() };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Sidecar::start(files, folder, address, tokens).await.expect("the sidecar starts")
}

async fn run(variables: &BTreeMap<String, String>, logs: &Logs) -> Running {
    static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let on_spin = std::env::var("TASKFLOW_ENGINE").is_ok_and(|engine| engine == "spin");
        (!on_spin).then(|| Engine::new(Limits::default()).expect("an engine"))
    });
    let manifest = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../spin.toml"));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Running::start(engine.as_ref(), manifest, variables, address, logs.clone()).await.expect("TaskFlow starts")
}
