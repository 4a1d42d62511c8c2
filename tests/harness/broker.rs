//! Kafka of one test.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use full::kafka::{Installed, Kafka, empty_topics};
use sidecar::read_topics;

use crate::events::change;

/// Addresses of Kafkas that no test uses. `cargo dev test` starts one per thread, as a start takes seconds.
static IDLE: LazyLock<Mutex<Vec<String>>> = LazyLock::new(|| {
    let addresses = std::env::var("TASKFLOW_TEST_KAFKA").unwrap_or_default();
    Mutex::new(addresses.split_whitespace().map(str::to_owned).collect())
});

/// A Kafka with empty topics, for this test alone.
pub enum Broker {
    /// A running one, which the next test gets.
    Lent(String),
    /// One that may be killed.
    Own(Kafka),
}

impl Broker {
    /// Takes an idle Kafka, or starts one, and lets the sidecars' files name consumer groups that no other
    /// test has had.
    pub async fn start(folder: &Path, files: &Path, own: bool) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let brokers = "    - name: brokers\n";
        let group = format!("    - name: consumerID\n      value: \"{{appID}}-{number}\"\n");
        change(&files.join("components/pubsub.yaml"), brokers, &format!("{group}{brokers}"));
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
                Self::Own(kafka.expect("Kafka starts"))
            }
        }
    }

    /// Returns its address.
    pub fn address(&self) -> String {
        match self {
            Self::Lent(address) => address.clone(),
            Self::Own(kafka) => kafka.brokers(),
        }
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.own().kill();
    }

    /// Launches it again with its data.
    pub fn launch(&mut self) {
        self.own().launch().expect("Kafka starts again");
    }

    fn own(&mut self) -> &mut Kafka {
        match self {
            Self::Lent(_) => {
                panic!("other tests need this broker: start the app by `with_events_and_own_broker`")
            }
            Self::Own(kafka) => kafka,
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        match self {
            Self::Lent(address) => idle().push(std::mem::take(address)),
            // It would take seconds to end by itself.
            Self::Own(kafka) => kafka.kill(),
        }
    }
}

fn idle() -> MutexGuard<'static, Vec<String>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}
