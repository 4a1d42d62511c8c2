//! TaskFlow, running: on the embedded host, or on real Spin with `cargo dev test --engine spin`.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;

use host::{Engine, Limits, Logs, Running};
use serde_json::{Value, json};
use sidecar::mail::Mail;

use crate::events::{DAPR_TOKEN, Events};
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
        Self::with_events_tried(None).await
    }

    /// The same, but a delivery that fails is only tried again so often before the event goes to the dead letters.
    pub async fn with_events_tried(times: Option<u32>) -> Self {
        Self::with_sidecar(times, None).await
    }

    /// Starts it with a sidecar whose mail goes to the server at that address.
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

    /// Ends the sidecar, as if its machine had died.
    pub fn lose_sidecar(&mut self) {
        self.events().lose_sidecar();
    }

    /// Starts the sidecar again, where it was.
    pub async fn return_sidecar(&mut self) {
        self.events().return_sidecar().await;
    }

    /// Ends what is between publishing and taking, for all who use it.
    pub fn lose_broker(&mut self) {
        self.events().lose_broker();
    }

    /// Starts it again, with what it had.
    pub async fn return_broker(&mut self) {
        self.events().return_broker().await;
    }

    fn events(&mut self) -> &mut Events {
        self.events.as_mut().expect("an app with events")
    }

    /// The mails that were sent so far, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.events.as_ref().expect("an app with events").mails()
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
