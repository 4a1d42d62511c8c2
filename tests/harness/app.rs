//! TaskFlow under test, on the embedded host or on Spin (`cargo dev test --engine spin`).

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;

use host::{Engine, Limits, Logs, Running};
use serde_json::{Value, json};
use sidecar::mail::Mail;

use crate::events::{DAPR_TOKEN, Events, Options};
use crate::proxies::{self, Proxies};
use crate::{Call, Client, Database, Fault, MessageRelay, Person, Response};

/// A running instance of TaskFlow with a database of its own.
pub struct App {
    /// Database of this instance, for direct access.
    pub database: Database,
    client: Client,
    logs: Logs,
    variables: BTreeMap<String, String>,
    /// `None` while the host is dead.
    running: Option<Running>,
    address: SocketAddr,
    events: Option<Events>,
    proxies: Option<Proxies>,
}

/// A port without a listener.
const UNUSED_PORT: &str = "1";

impl App {
    /// Starts TaskFlow without a sidecar.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts TaskFlow with some variables of `spin.toml` overridden.
    pub async fn with(overrides: &[(&str, &str)]) -> Self {
        Self::on(Database::create().await, overrides).await
    }

    async fn on(database: Database, overrides: &[(&str, &str)]) -> Self {
        let mut variables = database.variables();
        variables.insert("dapr_port".into(), UNUSED_PORT.into());
        variables.extend(overrides.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        let logs = Logs::captured();
        let running = run(&variables, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &logs).await;
        let address = running.address();
        let client = Client::new(format!("http://{address}"));
        Self {
            database,
            client,
            logs,
            variables,
            running: Some(running),
            address,
            events: None,
            proxies: None,
        }
    }

    /// Starts TaskFlow with a sidecar, so that events are published and consumed.
    pub async fn with_events() -> Self {
        Self::with_sidecar(Options::default()).await
    }

    /// Starts TaskFlow with a sidecar that retries a failed delivery only that many times before it
    /// dead-letters the event.
    pub async fn with_events_retried(retries: u32) -> Self {
        Self::with_sidecar(Options { retries: Some(retries), ..Options::default() }).await
    }

    /// Starts TaskFlow with a sidecar and a broker that may be killed.
    pub async fn with_events_and_own_broker() -> Self {
        Self::with_sidecar(Options { own_broker: true, ..Options::default() }).await
    }

    /// Starts TaskFlow with a sidecar that sends mail through the server at an address.
    pub async fn with_mail_server(address: SocketAddr) -> Self {
        Self::with_sidecar(Options { smtp: Some(address), ..Options::default() }).await
    }

    /// Starts TaskFlow with a sidecar behind two proxies that hold live streams.
    pub async fn with_proxies() -> Self {
        let mut proxies = Proxies::prepare().await;
        let mut app = Self::with_sidecar_and(Options::default(), &proxies.variables()).await;
        proxies.pass_on_to(app.address).await;
        app.proxies = Some(proxies);
        app
    }

    /// Starts TaskFlow with a sidecar, and with two relays that take messages in place of proxies.
    pub async fn with_proxies_at(relays: [&MessageRelay; 2]) -> Self {
        Self::with_sidecar_and(Options::default(), &proxies::variables(relays)).await
    }

    async fn with_sidecar(options: Options) -> Self {
        Self::with_sidecar_and(options, &[]).await
    }

    async fn with_sidecar_and(options: Options, more: &[(&str, String)]) -> Self {
        let database = Database::create().await;
        let mut events = Events::start(&database, options).await;
        let port = events.port().to_string();
        let mut overrides = vec![("app_api_token", DAPR_TOKEN), ("dapr_port", port.as_str())];
        overrides.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
        let mut app = Self::on(database, &overrides).await;
        events.deliver_to(app.address).await;
        app.events = Some(events);
        app
    }

    /// Returns a user whose requests go through one of the proxies.
    pub fn behind_proxy(&self, number: usize, person: &Person) -> Person {
        person.through(Client::new(self.proxies.as_ref().expect("an app with proxies").url(number)))
    }

    /// Kills one of the proxies.
    pub fn kill_proxy(&mut self, number: usize) {
        self.proxies.as_mut().expect("an app with proxies").kill(number);
    }

    /// Restarts one of the proxies at its former address.
    pub fn restart_proxy(&mut self, number: usize) {
        self.proxies.as_mut().expect("an app with proxies").restart(number);
    }

    /// Lets one of the proxies take messages with this fault.
    pub fn set_fault_of_proxy(&self, number: usize, fault: Fault) {
        self.proxies.as_ref().expect("an app with proxies").set_fault(number, fault);
    }

    /// Kills the host of the functions, with all that they do.
    pub fn kill_host(&mut self) {
        self.running = None;
    }

    /// Restarts the host of the functions at its former address.
    pub async fn restart_host(&mut self) {
        self.running = Some(run(&self.variables, self.address, &self.logs).await);
    }

    /// Kills the sidecar.
    pub fn kill_sidecar(&mut self) {
        self.events().kill_sidecar();
    }

    /// Restarts the sidecar at its former address.
    pub async fn restart_sidecar(&mut self) {
        self.events().restart_sidecar().await;
    }

    /// Kills the broker of [`Self::with_events_and_own_broker`].
    pub fn kill_broker(&mut self) {
        self.events().kill_broker();
    }

    /// Restarts the broker with its data.
    pub async fn restart_broker(&mut self) {
        self.events().restart_broker().await;
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
    pub async fn get(&self, path: &str) -> Response {
        self.call("GET", path).send().await
    }

    /// Sends an anonymous POST request.
    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.call("POST", path).json(&body).send().await
    }

    /// Creates a guest.
    pub async fn guest(&self) -> Person {
        self.guest_in("UTC").await
    }

    /// Creates a guest in a time zone.
    pub async fn guest_in(&self, timezone: &str) -> Person {
        let response = self.post("/api/auth/guest", json!({ "timezone": timezone })).await.expect(201);
        self.person(&response)
    }

    /// Creates a user whose address is confirmed, without sending an e-mail. The user has no password.
    pub async fn confirmed_user(&self, email: &str) -> Person {
        let mut person = self.guest().await;
        let confirm = format!(
            "update app.users set guest = false, email = '{email}', email_verified = true where id = '{}'",
            person.id()
        );
        self.database.change(&confirm).await;
        person.user = person.get("/api/auth/me").await.expect(200).json();
        person
    }

    /// Registers a user, whose address is not confirmed.
    pub async fn account(&self, email: &str) -> Person {
        let account = json!({ "email": email, "password": "a sample password" });
        let response = self.post("/api/auth/register", account).await.expect(201);
        self.person(&response)
    }

    /// Returns the person of a new session.
    pub fn person(&self, session: &Response) -> Person {
        Person::new(self.client.clone(), &session.json())
    }

    /// Returns the log lines of the functions so far. Always empty on Spin, which prints them.
    pub fn logs(&self) -> Vec<String> {
        self.logs.lines()
    }
}

async fn run(variables: &BTreeMap<String, String>, address: SocketAddr, logs: &Logs) -> Running {
    static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let on_spin = std::env::var("TASKFLOW_ENGINE").is_ok_and(|engine| engine == "spin");
        (!on_spin).then(|| Engine::new(Limits::default()).expect("an engine"))
    });
    let manifest = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../spin.toml"));
    Running::start(engine.as_ref(), manifest, variables, address, logs.clone())
        .await
        .expect("TaskFlow starts")
}
