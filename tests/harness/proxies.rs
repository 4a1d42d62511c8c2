//! Pushpins in front of an app, with `cargo dev test --full`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use full::Pushpin;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Key with which they sign.
pub const GRIP_KEY: &str = "sample-key-of-the-proxies";

/// Pushpins, and the addresses at which they take messages.
pub struct Proxies {
    pushpins: Vec<Pushpin>,
    publish_urls: Vec<String>,
    _folder: TempDir,
}

impl Proxies {
    /// Prepares two Pushpins. Of every `loss` messages to each, one is lost; none if that is 0.
    pub async fn prepare(loss: usize) -> Self {
        let folder = TempDir::new().expect("a folder");
        let pushpins = [(); 2].map(|()| Pushpin::new(folder.path(), GRIP_KEY).expect("a Pushpin"));
        let mut publish_urls = Vec::new();
        for pushpin in &pushpins {
            publish_urls.push(match loss {
                0 => pushpin.publish_url(),
                loss => lossy_relay(pushpin.publish_url(), loss).await,
            });
        }
        Self { pushpins: pushpins.into(), publish_urls, _folder: folder }
    }

    /// Returns the variables of `spin.toml` that name them.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("grip_publish", self.publish_urls.join(", ")),
            ("grip_host", self.publish_urls[0].clone()),
            ("second_grip_host", self.publish_urls[1].clone()),
            ("grip_key", GRIP_KEY.to_owned()),
        ]
    }

    /// Starts them in front of an app.
    pub async fn pass_on_to(&mut self, app: SocketAddr) {
        for pushpin in &mut self.pushpins {
            pushpin.pass_on_to(app).await.expect("Pushpin starts");
        }
    }

    /// Returns the URL of one of them for clients.
    pub fn url(&self, number: usize) -> String {
        format!("http://{}", self.pushpins[number].address())
    }

    /// Kills one of them.
    pub fn kill(&mut self, number: usize) {
        self.pushpins[number].kill();
    }

    /// Restarts one of them at its former address.
    pub fn restart(&mut self, number: usize) {
        self.pushpins[number].launch().expect("Pushpin starts again");
    }
}

/// Starts a relay in front of a Pushpin that breaks the connection in place of every `loss`-th message.
/// Returns its URL.
async fn lossy_relay(target: String, loss: usize) -> String {
    let target = target.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let count = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            if let Ok(server) = TcpStream::connect(&target).await {
                tokio::spawn(pass_on(client, server, count.clone(), loss));
            }
        }
    });
    url
}

async fn pass_on(client: TcpStream, server: TcpStream, count: Arc<AtomicUsize>, loss: usize) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let forward = async {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let read = from_client.read(&mut bytes).await?;
            let begins_message = bytes.starts_with(b"POST ");
            let is_lost = begins_message && (count.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(loss);
            if read == 0 || is_lost {
                return io::Result::Ok(());
            }
            to_server.write_all(&bytes[..read]).await?;
        }
    };
    // Whichever ends first, both connections are closed.
    tokio::select! {
        _ = forward => {}
        _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
    }
}
