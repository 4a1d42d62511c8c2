//! Detection of a server that has fallen silent. Its connections look as if a statement took long.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Time after which a call wants a sign of life of its server, and again after each sign.
const PATIENCE: Duration = Duration::from_millis(500);
/// Time for a sign of life. With `PATIENCE` it leaves time for a response within two seconds.
const SIGN_TIMEOUT: Duration = Duration::from_millis(1000);
/// Request for TLS. A server responds to it with one byte, before everything else and to everyone.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Text of the error of a call whose server is silent.
pub const SILENT: &str = "the server does not respond";

/// The latest sign of life of a server, shared by all calls of a pool. Each result is one, and if none comes, one
/// call asks for all: otherwise a server with many slow calls would have many questions too.
pub struct Watch {
    latest: watch::Sender<Observation>,
    asking: Mutex<()>,
}

#[derive(Clone, Copy)]
struct Observation {
    time: Instant,
    responds: bool,
}

impl Watch {
    pub fn new() -> Self {
        let latest = Observation { time: Instant::now(), responds: true };
        Self { latest: watch::Sender::new(latest), asking: Mutex::default() }
    }

    /// Awaits a call for as long as its server gives signs of life. Returns `None` if it is silent.
    pub async fn run<T, E>(
        &self,
        config: &Config,
        call: impl Future<Output = Result<T, E>>,
    ) -> Option<Result<T, E>> {
        let mut call = std::pin::pin!(call);
        loop {
            let began = Instant::now();
            let result = match timeout(PATIENCE, &mut call).await {
                Ok(result) => result,
                Err(_) => tokio::select! {
                    biased;
                    result = &mut call => result,
                    is_alive = self.is_alive_since(began, config) => match is_alive {
                        true => continue,
                        false => return None,
                    }
                },
            };
            if result.is_ok() {
                self.note(true);
            }
            return Some(result);
        }
    }

    /// Waits for a sign of life. The result of another call is one also while this one asks: a server that is
    /// busy may take longer for a new connection than for those that it has.
    async fn is_alive_since(&self, began: Instant, config: &Config) -> bool {
        let mut latest = self.latest.subscribe();
        let is_newer = |latest: &Observation| latest.time > began;
        tokio::select! {
            biased;
            latest = latest.wait_for(is_newer) => latest.is_ok_and(|latest| latest.responds),
            responds = self.ask(config) => responds,
        }
    }

    async fn ask(&self, config: &Config) -> bool {
        let _asking = self.asking.lock().await;
        let responds = responds(config).await;
        self.note(responds);
        responds
    }

    fn note(&self, responds: bool) {
        self.latest.send_replace(Observation { time: Instant::now(), responds });
    }
}

/// True if one of the servers in an address responds to a new connection. A thread of its own asks, so that a
/// host without time for its other work does not take its own delay for that of the server.
async fn responds(config: &Config) -> bool {
    let (servers, ports) = (config.get_hosts().to_vec(), config.get_ports().to_vec());
    let ask = move || {
        servers.iter().enumerate().any(|(index, server)| {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            matches!(server, Host::Tcp(host) if answers(host, port).is_ok())
        })
    };
    matches!(timeout(SIGN_TIMEOUT, spawn_blocking(ask)).await, Ok(Ok(true)))
}

fn answers(host: &str, port: u16) -> std::io::Result<()> {
    let mut result = Err(ErrorKind::AddrNotAvailable.into());
    for address in (host, port).to_socket_addrs()? {
        result = TcpStream::connect_timeout(&address, SIGN_TIMEOUT).and_then(|mut stream| {
            stream.set_read_timeout(Some(SIGN_TIMEOUT))?;
            stream.write_all(&TLS_REQUEST)?;
            stream.read_exact(&mut [0])
        });
        if result.is_ok() {
            break;
        }
    }
    result
}
