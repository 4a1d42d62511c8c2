//! Apache Kafka or Redis, Dapr's own sidecars, configured by the files in `dapr/`, and Pushpin as processes
//! of this machine: `--full`.

mod broker;
pub mod kafka;
mod ports;
mod probe;
mod program;
mod protocol;
pub mod pushpin;
pub mod redis;
mod sidecars;

pub use crate::broker::{Broker, kafka_secret};
pub use crate::ports::free_ports;
pub use crate::program::kill_with_parent;
pub use crate::pushpin::Pushpin;
pub use crate::redis::Redis;
pub use crate::sidecars::Sidecars;
