//! Detection of a server that has fallen silent. Its connections look as if a statement took long.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Time after which the server of a call is asked for a sign of life, and again after each sign.
const PATIENCE: Duration = Duration::from_millis(500);
/// Time for a sign of life. With `PATIENCE` it leaves time for a response within two seconds.
const SIGN_TIMEOUT: Duration = Duration::from_millis(1000);
/// Request for TLS. A server responds to it with one byte, before everything else and to everyone.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Text of the error of a call whose server is silent.
pub const SILENT: &str = "the server does not respond";

/// Awaits a call for as long as its server gives signs of life. Returns `None` if it is silent.
pub async fn watch<T>(config: &Config, call: impl Future<Output = T>) -> Option<T> {
    let mut call = std::pin::pin!(call);
    loop {
        if let Ok(result) = timeout(PATIENCE, &mut call).await {
            return Some(result);
        }
        tokio::select! {
            biased;
            result = &mut call => return Some(result),
            is_alive = responds(config) => {
                if !is_alive {
                    return None;
                }
            }
        }
    }
}

/// True if one of the servers in an address responds to a new connection.
async fn responds(config: &Config) -> bool {
    let ask = async {
        for (index, server) in config.get_hosts().iter().enumerate() {
            let Host::Tcp(host) = server else { continue };
            let ports = config.get_ports();
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            let Ok(mut stream) = TcpStream::connect((host.as_str(), port)).await else { continue };
            if stream.write_all(&TLS_REQUEST).await.is_ok() && stream.read_u8().await.is_ok() {
                return true;
            }
        }
        false
    };
    timeout(SIGN_TIMEOUT, ask).await.unwrap_or(false)
}
