//! Broker of one test.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use full::kafka::{Installed, Kafka, empty_topics};
use full::{Redis, kafka_secret};
use serde_json::Value;
use sidecar::read_topics;

use crate::events::change;

/// Topic to which no broker lets anybody publish.
const REFUSED_TOPIC: &str = "nowhere";

/// Addresses of Kafkas that no test uses. `cargo dev test` starts one per thread, as a start takes seconds.
static IDLE: LazyLock<Mutex<Vec<String>>> = LazyLock::new(|| {
    let addresses = std::env::var("TASKFLOW_TEST_KAFKA").unwrap_or_default();
    Mutex::new(addresses.split_whitespace().map(str::to_owned).collect())
});

/// A broker with empty topics, for this test alone.
pub enum Broker {
    /// A running Kafka, which the next test gets.
    Lent(String),
    /// One that may be killed.
    Own(full::Broker),
}

impl Broker {
    /// Starts a Redis, or takes an idle Kafka, or starts one.
    pub async fn start(folder: &Path, files: &Path, own: bool) -> Self {
        if is_redis() {
            let redis = Redis::start(&folder.join("redis")).await.expect("Redis starts");
            redis.spoil_topic(REFUSED_TOPIC).await.expect("a topic that refuses events");
            return Self::Own(full::Broker::Redis(redis));
        }
        name_consumer_groups(files);
        let topics = read_topics(files).expect("the topics");
        let idle = if own { None } else { idle().pop() };
        match idle {
            Some(address) => {
                empty_topics(&address, &topics).await.expect("empty topics");
                Self::Lent(address)
            }
            None => {
                let installed = std::env::var_os("TASKFLOW_KAFKA").expect("the folder of Kafka");
                let kafka = Kafka::start(&Installed(installed.into()), &folder.join("kafka"), &topics).await;
                Self::Own(full::Broker::Kafka(kafka.expect("Kafka starts")))
            }
        }
    }

    /// Returns the name of its folder in `dapr/brokers`, and of its secret.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Lent(_) => "kafka",
            Self::Own(broker) => broker.name(),
        }
    }

    /// Returns the secret that Dapr's component refers to.
    pub fn secret(&self) -> Value {
        match self {
            Self::Lent(address) => kafka_secret(address),
            Self::Own(broker) => broker.secret(),
        }
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.own().kill();
    }

    /// Launches it again with its data.
    pub fn launch(&mut self) {
        self.own().launch().expect("the broker starts again");
    }

    fn own(&mut self) -> &mut full::Broker {
        match self {
            Self::Lent(_) => {
                panic!("other tests need this broker: start the app by `with_events_and_own_broker`")
            }
            Self::Own(broker) => broker,
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        match self {
            Self::Lent(address) => idle().push(std::mem::take(address)),
            // Kafka would take seconds to end by itself.
            Self::Own(broker) => broker.kill(),
        }
    }
}

/// True if the broker is Redis (`--broker redis`).
pub fn is_redis() -> bool {
    std::env::var("TASKFLOW_BROKER").is_ok_and(|broker| broker == "redis")
}

/// Lets the sidecars' files name consumer groups that no other test has had, as Kafkas are lent.
fn name_consumer_groups(files: &Path) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let brokers = "    - name: brokers\n";
    let group = format!("    - name: consumerID\n      value: \"{{appID}}-{number}\"\n");
    change(&files.join("brokers/kafka/pubsub.yaml"), brokers, &format!("{group}{brokers}"));
}

fn idle() -> MutexGuard<'static, Vec<String>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}
