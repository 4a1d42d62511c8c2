//! Live streams of changes: held by the function, and by proxies (`cargo dev test --full`).

mod bad;
mod clock;
mod connections;
mod grip;
mod proxied;
mod slow;
mod unproxied;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, Person, Stream, StreamEvent};
use tokio::sync::Semaphore;

use crate::events::poll_until;

/// Time within which a write is answered, also if the server is restarted meanwhile.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// Writes in progress at the same time: fewer than wait for a user.
const AT_ONCE: usize = 6;

/// Copy of what a user has, as a client keeps it.
#[derive(Clone, Debug, Default)]
struct Mirror {
    epoch: String,
    seq: u64,
    /// Position that the stream has come to. After a resync the copy may be further.
    streamed: u64,
    /// Data of each thing by its id; deleted ones are gone.
    things: BTreeMap<String, Value>,
    /// Number of events that changed it.
    events: usize,
}

impl Mirror {
    /// Reads everything from the start.
    async fn of(person: &Person) -> Self {
        let mut mirror = Self::default();
        mirror.sync(person).await;
        mirror
    }

    /// Catches up by `/api/sync`.
    async fn sync(&mut self, person: &Person) {
        loop {
            let page = person.get(&format!("/api/sync?since={}", self.seq)).await.expect(200).json();
            self.take(&page);
            if page["more"] == false {
                return;
            }
        }
    }

    /// Applies an event, and asserts that it neither leaves a gap nor repeats anything.
    async fn apply(&mut self, person: &Person, event: &StreamEvent) {
        match event.name.as_str() {
            "hello" => {
                assert_eq!(event.data["seq"], self.seq, "the stream begins where the copy ends");
                self.streamed = self.seq;
            }
            "changes" => {
                for change in event.data["changes"].as_array().expect("changes") {
                    let seq = change["seq"].as_u64().expect("a number");
                    assert!(seq > self.streamed, "{seq} is repeated after {}", self.streamed);
                }
                self.streamed = event.data["seq"].as_u64().expect("a seq");
                let id = format!("{}.{}", event.data["epoch"].as_str().unwrap(), event.data["seq"]);
                assert_eq!(event.id.as_ref(), Some(&id));
                self.take(&event.data);
            }
            "resync" => {
                self.streamed = event.data["seq"].as_u64().expect("a seq");
                self.sync(person).await;
            }
            "conflict" => {}
            other => panic!("an unknown event: {other}"),
        }
        self.events += 1;
    }

    fn take(&mut self, page: &Value) {
        for change in page["changes"].as_array().expect("changes") {
            if change["seq"].as_u64() <= Some(self.seq) {
                continue;
            }
            let id = change["id"].as_str().expect("an id").to_owned();
            match change["deleted"] == true {
                true => self.things.remove(&id),
                false => self.things.insert(id, change["data"].clone()),
            };
        }
        self.epoch = page["epoch"].as_str().expect("an epoch").to_owned();
        self.seq = page["seq"].as_u64().expect("a seq").max(self.seq);
    }

    /// Query of a stream that goes on from here.
    fn query(&self) -> String {
        format!("?since={}&epoch={}", self.seq, self.epoch)
    }

    /// Opens a stream that goes on after the last event, as soon as the server is there.
    async fn resume(&self, reader: &Person) -> Stream {
        let is_back = async || reader.is_answered("/live").await.then_some(());
        poll_until("a server that is back", is_back).await;
        let id = format!("{}.{}", self.epoch, self.seq);
        let stream = reader.call("GET", "/api/events").header("last-event-id", id).open().await;
        assert_eq!(stream.status, 200, "{:?}", stream.headers);
        stream
    }

    /// Reads a stream until the copy is at a position, and asserts that it is what the server has.
    async fn follow_to(&mut self, person: &Person, stream: &mut Stream, seq: u64) {
        while self.seq < seq {
            let event = stream.next().await.expect("the stream goes on");
            self.apply(person, &event).await;
        }
        self.assert_complete(person).await;
    }

    /// Does the same, and resumes the stream whenever it ends.
    async fn follow_and_resume_to(
        &mut self,
        person: &Person,
        reader: &Person,
        stream: &mut Stream,
        seq: u64,
    ) {
        while self.seq < seq {
            match stream.next().await {
                Some(event) => self.apply(person, &event).await,
                None => *stream = self.resume(reader).await,
            }
        }
        self.assert_complete(person).await;
    }

    /// Asserts that the copy is what the server has.
    async fn assert_complete(&self, person: &Person) {
        let server = Self::of(person).await;
        assert_eq!((self.seq, &self.things), (server.seq, &server.things));
    }
}

/// Returns the user's newest position.
async fn newest(person: &Person) -> u64 {
    Mirror::of(person).await.seq
}

/// Empties the tables that a crash of Postgres empties.
async fn lose_register(app: &App) {
    let tables = "select string_agg(oid::regclass::text, ', ') as names from pg_class
                   where relpersistence = 'u' and relkind = 'r' and relnamespace = 'app'::regnamespace";
    let rows = app.database.rows(tables).await;
    app.database.change(&format!("truncate {}", rows[0]["names"].as_str().expect("some"))).await;
}

/// Lifts the limit of a user's requests, which the changes of a test and their repeats would exceed.
async fn lift_limit(app: &App) {
    app.database.change("update app.limits set requests = 1000000 where name = 'user'").await;
}

/// Makes changes at a rate for some time, or as fast as they are answered: creates tasks, completes and deletes
/// some.
async fn change_at_rate(person: &Person, per_second: u32, time: Duration) {
    let (mut ticks, began) = (tokio::time::interval(Duration::from_secs(1) / per_second), Instant::now());
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut writes = Vec::new();
    for number in 0.. {
        if began.elapsed() > time {
            break;
        }
        ticks.tick().await;
        let permit = Arc::clone(&at_once).acquire_owned().await.expect("it is never closed");
        let person = person.clone();
        writes.push(tokio::spawn(async move {
            let _permit = permit;
            let made = person.create(json!({ "title": format!("number {number}") })).await;
            let path = made.header("location").to_owned();
            match number % 5 {
                0 => _ = person.post(&format!("{path}/complete"), json!({})).await,
                1 => _ = person.delete(&path).await,
                _ => {}
            }
        }));
    }
    for write in writes {
        write.await.expect("a write that works");
    }
}

/// Creates tasks at a rate, or as fast as they are answered. A request without an answer is sent again: the id
/// makes that safe.
async fn create_in_any_case(person: &Person, per_second: u32, count: usize) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut writes = Vec::new();
    for number in 0..count {
        ticks.tick().await;
        let permit = Arc::clone(&at_once).acquire_owned().await.expect("it is never closed");
        let (person, id) = (person.clone(), domain::Id::new(web::now_ms(), web::random()).to_string());
        let task = json!({ "id": id, "title": format!("number {number}") });
        writes.push(tokio::spawn(async move {
            let began = Instant::now();
            while person.call("POST", "/api/tasks").json(&task).try_send().await != Some(201) {
                assert!(began.elapsed() < ANSWER_TIMEOUT, "no answer to {task}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            drop(permit);
        }));
    }
    for write in writes {
        write.await.expect("a write that works");
    }
}

/// Opens streams of a user, each with a copy.
async fn open_tabs(person: &Person, count: usize) -> Vec<(Mirror, Stream)> {
    let mut tabs = Vec::new();
    for _ in 0..count {
        let mirror = Mirror::of(person).await;
        let stream = person.stream(&mirror.query()).await;
        tabs.push((mirror, stream));
    }
    tabs
}

/// Follows a user's changes in many tabs, each of a reader.
async fn follow_in_tabs(person: &Person, readers: &[Person]) {
    let start = Mirror::of(person).await;
    let query = start.query();
    let streams = join_all(readers.iter().map(|reader| reader.stream(&query))).await;

    change_at_rate(person, 100, Duration::from_secs(3)).await;

    let seq = newest(person).await;
    let follow = async |mut stream: Stream| start.clone().follow_to(person, &mut stream, seq).await;
    join_all(streams.into_iter().map(follow)).await;
}

/// Follows a user's changes while they happen, and breaks the connection at random moments.
async fn reconnect_at_random(person: &Person, reader: &Person, seed: u64) {
    let mut random = seed;
    let mut draw = |bound: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    let mut mirror = Mirror::of(person).await;
    let changing = tokio::spawn({
        let person = person.clone();
        async move { change_at_rate(&person, 100, Duration::from_secs(4)).await }
    });
    while !changing.is_finished() {
        let mut stream = reader.stream(&mirror.query()).await;
        let (began, time) = (Instant::now(), Duration::from_millis(50 + draw(600)));
        while began.elapsed() < time {
            if let Some(event) = stream.next_within(Duration::from_millis(50)).await {
                mirror.apply(person, &event).await;
            }
        }
    }
    changing.await.expect("the changes work");
    let seq = newest(person).await;
    let mut stream = reader.stream(&mirror.query()).await;
    mirror.follow_to(person, &mut stream, seq).await;
}
