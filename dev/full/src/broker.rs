//! The broker behind Dapr. `dapr/brokers` has a folder for each kind, with the component that Dapr uses.

use anyhow::Result;
use serde_json::{Value, json};

use crate::kafka::Kafka;
use crate::redis::Redis;

/// A running broker. Dropping it stops the process; acknowledged events stay in its folder.
pub enum Broker {
    /// Kafka.
    Kafka(Kafka),
    /// Redis.
    Redis(Redis),
}

impl Broker {
    /// Name of its folder in `dapr/brokers`, and of the secret that the component there refers to.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Kafka(_) => "kafka",
            Self::Redis(_) => "redis",
        }
    }

    /// The secret that the component refers to.
    pub fn secret(&self) -> Value {
        match self {
            Self::Kafka(kafka) => kafka_secret(&kafka.brokers()),
            Self::Redis(redis) => {
                json!({ "host": redis.address(), "username": "", "password": "", "enableTLS": "false" })
            }
        }
    }

    /// Kills the broker, as a crash of its machine would.
    pub fn kill(&mut self) {
        match self {
            Self::Kafka(kafka) => kafka.kill(),
            Self::Redis(redis) => redis.kill(),
        }
    }

    /// Launches the broker again after [`Self::kill`], at the same address.
    pub fn launch(&mut self) -> Result<()> {
        match self {
            Self::Kafka(kafka) => kafka.launch(),
            Self::Redis(redis) => redis.launch(),
        }
    }
}

/// The secret of a Kafka at an address, without TLS. The embedded sidecar reads it too, with no address.
pub fn kafka_secret(brokers: &str) -> Value {
    json!({ "brokers": brokers, "authType": "none" })
}
