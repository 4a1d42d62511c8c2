//! What `--full` means: Apache Kafka and Dapr's own sidecars, as processes of this machine, told by the files in `dapr/`.

mod kafka;
mod ports;
mod program;
mod sidecars;

use std::path::PathBuf;

pub use kafka::Kafka;
pub use ports::free_ports;
pub use sidecars::Sidecars;

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The program `daprd`.
    pub daprd: PathBuf,
    /// The folder with the jars of Kafka.
    pub kafka: PathBuf,
}
