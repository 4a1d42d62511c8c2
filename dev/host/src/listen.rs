//! Binding of a port.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::time::sleep;

/// Time for which a port in use is tried again. A process that was killed holds its port until the system has
/// cleaned up after it.
const RETRY_TIMEOUT: Duration = Duration::from_secs(2);

/// Listens on an address. A port that is in use is tried again for two seconds.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    let start = Instant::now();
    loop {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse && start.elapsed() < RETRY_TIMEOUT => {
                sleep(Duration::from_millis(50)).await;
            }
            result => return result,
        }
    }
}
