//! A relay in front of Postgres that can fall silent, as a server that hangs: it accepts connections and
//! data, and passes nothing on.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Relay in front of the Postgres of the tests.
#[derive(Debug)]
pub struct Relay {
    port: String,
    is_silent: watch::Sender<bool>,
}

impl Relay {
    /// Starts a relay to a server, on any free port.
    pub(crate) async fn start(host: String, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own_port = listener.local_addr().expect("an address").port().to_string();
        let (is_silent, silence) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, (host.clone(), port), silence.clone()));
            }
        });
        Self { port: own_port, is_silent }
    }

    /// Returns the variables of `spin.toml` that connect the functions to it.
    pub fn variables(&self) -> [(&str, &str); 2] {
        [("db_host", "127.0.0.1"), ("db_port", &self.port)]
    }

    /// Passes nothing on from now on.
    pub fn fall_silent(&self) {
        self.is_silent.send_replace(true);
    }

    /// Passes on everything again, and what has come meanwhile.
    pub fn recover(&self) {
        self.is_silent.send_replace(false);
    }
}

/// Relays a connection in both directions until one end closes it.
async fn serve(client: TcpStream, server: (String, u16), mut silence: watch::Receiver<bool>) {
    let _ = silence.wait_for(|is_silent| !is_silent).await;
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // An error of one direction ends both.
    let _ = tokio::try_join!(
        pass_on(from_client, to_server, silence.clone()),
        pass_on(from_server, to_client, silence)
    );
}

async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut silence: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut bytes).await?;
        let _ = silence.wait_for(|is_silent| !is_silent).await;
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(&bytes[..read]).await?;
    }
}
