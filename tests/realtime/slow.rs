//! Clients that read slowly, or not at all, while much changes.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{App, Person, Stream};

use super::connections::{live_streams, poll_within_two_heartbeats};
use super::{Mirror, lift_limit};

/// Tasks that are made at once, and the length of the description of each: nearly a page together.
const TASKS: usize = 20;
const LENGTH: usize = 10_000;

/// Number of times that tasks are made at once: more than the network and all buffers on the way can hold.
pub(super) const TIMES: usize = 70;

/// Clients of a user.
pub(super) struct Clients {
    user: Person,
    /// Copy and stream of one that reads all at once.
    pub sound: (Mirror, Stream),
    /// Copy and stream of one that does not.
    pub slow: (Mirror, Stream),
}

impl Clients {
    /// Opens two, for which a reader stands.
    pub async fn open(user: Person, reader: &Person) -> Self {
        let mirror = Mirror::of(&user).await;
        let query = mirror.query();
        let sound = (mirror.clone(), reader.stream(&query).await);
        let slow = (mirror, reader.reading_slowly().stream(&query).await);
        Self { user, sound, slow }
    }

    /// Makes many long tasks, as a program does, and waits until the sound client has them, which must not
    /// take long.
    pub async fn make_tasks(&mut self, app: &App) {
        let (began, user) = (Instant::now(), &self.user);
        let make = format!(
            "insert into app.tasks (id, user_id, title, description)
             select gen_random_uuid(), '{}', 'long', repeat('x', {LENGTH}) from generate_series(1, {TASKS})",
            user.id()
        );
        app.database.change(&make).await;
        // Proxies are told of the others with this one.
        let last = user.create(json!({ "title": "the last one" })).await;
        let seq = last.header("taskflow-seq").parse().expect("a position");
        let (mirror, stream) = &mut self.sound;
        while mirror.seq < seq {
            let event = stream.next().await.expect("the stream goes on");
            mirror.apply(user, &event).await;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

/// Asserts that a change of another user arrives in time.
pub(super) async fn assert_others_are_served(person: &Person, reader: &Person) {
    let mut stream = reader.stream("").await;
    stream.next().await.expect("a hello");
    let began = Instant::now();
    person.task("as ever").await;
    stream.next().await.expect("the change");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_given_up_and_slows_nobody_down() {
    let app = App::start().await;
    lift_limit(&app).await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let mut clients = Clients::open(ada.clone(), &ada).await;

    for _ in 0..TIMES {
        clients.make_tasks(&app).await;
    }
    assert_others_are_served(&ben, &ben).await;
    let is_given_up = async || (live_streams(&ada).await == 1).then_some(());
    poll_within_two_heartbeats(is_given_up).await;

    // Only a part was on its way: nobody has kept the rest for it.
    let (mut mirror, mut stream) = clients.slow;
    let mut bytes = 0;
    while let Some(event) = stream.next().await {
        bytes += event.data.to_string().len();
        mirror.apply(&ada, &event).await;
    }
    assert!(bytes < TIMES * TASKS * LENGTH / 2, "{bytes} bytes");
    let mut again = mirror.resume(&ada).await;
    mirror.follow_to(&ada, &mut again, clients.sound.0.seq).await;
}

#[tokio::test]
async fn a_client_that_reads_at_a_crawl_is_not_given_up_and_misses_nothing() {
    let app = App::start().await;
    lift_limit(&app).await;
    let ada = app.guest().await;
    let mut clients = Clients::open(ada.clone(), &ada).await;
    for _ in 0..TIMES / 2 {
        clients.make_tasks(&app).await;
    }

    // For longer than a client may read nothing.
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for _ in 0..25 {
        seconds.tick().await;
        clients.make_tasks(&app).await;
        let (mirror, stream) = &mut clients.slow;
        let event = stream.next().await.expect("the stream goes on");
        mirror.apply(&ada, &event).await;
    }

    assert_eq!(live_streams(&ada).await, 2);
    let (mut mirror, mut stream) = clients.slow;
    mirror.follow_to(&ada, &mut stream, clients.sound.0.seq).await;
}
