//! TaskFlow under test, on the embedded host or on Spin (`cargo dev test --engine spin`).

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;

use host::{Engine, Limits, Logs, Running};
use serde_json::{Value, json};
use sidecar::mail::Mail;

use crate::events::{DAPR_TOKEN, Events};
use crate::{Answer, Call, Client, Database, Person};

/// A running instance of TaskFlow with a database of its own.
pub struct App {
    /// Database of this instance, for direct access.
    pub database: Database,
    client: Client,
    logs: Logs,
    running: Running,
    events: Option<Events>,
}

/// A port without a listener.
const NOWHERE: &str = "1";

impl App {
    /// Starts TaskFlow without a sidecar.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts TaskFlow with some variables of `spin.toml` overridden.
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

    /// Starts TaskFlow with a sidecar, so that events are published and consumed.
    pub async fn with_events() -> Self {
        Self::with_events_tried(None).await
    }

    /// Starts TaskFlow with a sidecar that retries a failed delivery only that many times before it
    /// dead-letters the event.
    pub async fn with_events_tried(times: Option<u32>) -> Self {
        Self::with_sidecar(times, None).await
    }

    /// Starts TaskFlow with a sidecar that sends mail through the server at an address.
    pub async fn with_mail_server(address: SocketAddr) -> Self {
        Self::with_sidecar(None, Some(address)).await
    }

    async fn with_sidecar(times: Option<u32>, smtp: Option<SocketAddr>) -> Self {
        let database = Database::create().await;
        let mut events = Events::start(&database, times, smtp).await;
        let port = events.port().to_string();
        let mut app = Self::on(database, &[("app_api_token", DAPR_TOKEN), ("dapr_port", &port)]).await;
        events.deliver_to(app.running.address()).await;
        app.events = Some(events);
        app
    }

    /// Kills the sidecar.
    pub fn lose_sidecar(&mut self) {
        self.events().lose_sidecar();
    }

    /// Restarts the sidecar at its former address.
    pub async fn return_sidecar(&mut self) {
        self.events().return_sidecar().await;
    }

    /// Kills the broker.
    pub fn lose_broker(&mut self) {
        self.events().lose_broker();
    }

    /// Restarts the broker with its data.
    pub async fn return_broker(&mut self) {
        self.events().return_broker().await;
    }

    fn events(&mut self) -> &mut Events {
        self.events.as_mut().expect("an app with events")
    }

    /// Returns the mails that were sent so far, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.events.as_ref().expect("an app with events").mails()
    }

    /// Builds a POST request as Dapr sends it.
    pub fn as_dapr(&self, path: &str) -> Call<'_> {
        self.call("POST", path).header("dapr-api-token", DAPR_TOKEN)
    }

    /// Returns the `Host` of the app.
    pub fn host(&self) -> &str {
        self.client.host()
    }

    /// Builds an anonymous request.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        self.client.call(method, path)
    }

    /// Sends an anonymous GET request.
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    /// Sends an anonymous POST request.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path).json(&body).send().await
    }

    /// Creates a guest.
    pub async fn guest(&self) -> Person {
        self.guest_in("UTC").await
    }

    /// Creates a guest in a time zone.
    pub async fn guest_in(&self, timezone: &str) -> Person {
        let answer = self.post("/api/auth/guest", json!({ "timezone": timezone })).await.expect(201);
        self.person(&answer)
    }

    /// Registers a user.
    pub async fn account(&self, email: &str) -> Person {
        let account = json!({ "email": email, "password": "a sample password" });
        let answer = self.post("/api/auth/register", account).await.expect(201);
        self.person(&answer)
    }

    /// Returns the person of a new session.
    pub fn person(&self, session: &Answer) -> Person {
        Person::new(self.client.clone(), &session.json())
    }

    /// Returns the log lines of the functions so far. Always empty on Spin, which prints them.
    pub fn logs(&self) -> Vec<String> {
        self.logs.lines()
    }
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
