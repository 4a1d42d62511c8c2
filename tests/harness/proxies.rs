//! Pushpins in front of an app, with `cargo dev test --full`.

use std::net::SocketAddr;

use full::Pushpin;
use tempfile::TempDir;

use crate::message_relay::{Fault, MessageRelay};

/// Key with which they sign.
pub const GRIP_KEY: &str = "sample-key-of-the-proxies";

/// Pushpins, and relays in front of the addresses at which they take messages.
pub struct Proxies {
    pushpins: Vec<Pushpin>,
    relays: Vec<MessageRelay>,
    _folder: TempDir,
}

impl Proxies {
    /// Prepares two Pushpins.
    pub async fn prepare() -> Self {
        let folder = TempDir::new().expect("a folder");
        let pushpins = [(); 2].map(|()| Pushpin::new(folder.path(), GRIP_KEY).expect("a Pushpin"));
        let mut relays = Vec::new();
        for pushpin in &pushpins {
            relays.push(MessageRelay::in_front_of(&pushpin.publish_url(), Fault::None).await);
        }
        Self { pushpins: pushpins.into(), relays, _folder: folder }
    }

    /// Returns the variables of `spin.toml` that name them.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        variables([&self.relays[0], &self.relays[1]])
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

    /// Lets one of them take messages with this fault.
    pub fn set_fault(&self, number: usize, fault: Fault) {
        self.relays[number].set_fault(fault);
    }
}

/// Returns the variables of `spin.toml` that name two proxies.
pub(crate) fn variables(relays: [&MessageRelay; 2]) -> Vec<(&'static str, String)> {
    let urls = relays.map(|relay| relay.url().to_owned());
    vec![
        ("grip_publish", urls.join(", ")),
        ("grip_host", urls[0].clone()),
        ("second_grip_host", urls[1].clone()),
        ("grip_key", GRIP_KEY.to_owned()),
    ]
}
