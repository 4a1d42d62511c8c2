//! Apache Kafka, Dapr's own sidecars, configured by the files in `dapr/`, and Pushpin as processes of this
//! machine: `--full`.

pub mod kafka;
mod ports;
mod program;
mod protocol;
pub mod pushpin;
mod sidecars;

use std::path::PathBuf;

pub use crate::ports::free_ports;
pub use crate::program::kill_with_parent;
pub use crate::pushpin::Pushpin;
pub use crate::sidecars::Sidecars;

/// Paths of the installed programs.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The program `daprd`.
    pub daprd: PathBuf,
    /// Kafka.
    pub kafka: kafka::Installed,
}
