//! A mail server with the faults of real ones.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use sidecar::mail::{self, Mail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Fault of the mail server for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The recipient is refused.
    Refuses,
    /// The mail is read, but never answered.
    Hangs,
    /// The mail is read, then the connection is closed.
    Drops,
}

/// A mail server that accepts every mail, unless a fault is set.
pub struct MailServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    faults: BTreeMap<String, Fault>,
    /// Recipients of all attempts.
    attempts: Vec<String>,
    /// Recipients and texts of accepted mails.
    mails: Vec<(String, String)>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that disconnects is no error.
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes all mail to a recipient fail from now on.
    pub fn fail(&self, name: &str, fault: Fault) {
        self.state.lock().unwrap().faults.insert(address(name), fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.state.lock().unwrap().faults.clear();
    }

    /// Returns the number of attempts to send mail to a recipient.
    pub fn attempts(&self, name: &str) -> usize {
        self.state.lock().unwrap().attempts.iter().filter(|to| **to == address(name)).count()
    }

    /// Returns the mails that a recipient got.
    pub fn mails(&self, name: &str) -> Vec<Mail> {
        let state = self.state.lock().unwrap();
        let theirs = state.mails.iter().filter(|(to, _)| *to == address(name));
        let read = |(_, text): &(String, String)| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            mail::read(file.path()).unwrap()
        };
        theirs.map(read).collect()
    }
}

fn address(name: &str) -> String {
    format!("{name}@example.com")
}

impl State {
    /// Records an attempt and returns the fault that applies.
    fn begin(&mut self, to: &str) -> Option<Fault> {
        self.attempts.push(to.to_owned());
        self.faults.get(to).copied()
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    let (mut to, mut fault) = (String::new(), None);
    writing.write_all(b"220 a mail server of the tests\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let reply = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => "250-tests\r\n250 8BITMIME\r\n",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                fault = state.lock().unwrap().begin(&to);
                if fault == Some(Fault::Refuses) { "550 nobody has that address\r\n" } else { "250 OK\r\n" }
            }
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail += &line;
                    mail += "\r\n";
                }
                match fault {
                    Some(Fault::Hangs) => std::future::pending().await,
                    Some(Fault::Drops) => return Ok(()),
                    _ => state.lock().unwrap().mails.push((to.clone(), mail)),
                }
                "250 OK\r\n"
            }
            "QUIT" => return writing.write_all(b"221 bye\r\n").await,
            _ => "250 OK\r\n",
        };
        writing.write_all(reply.as_bytes()).await?;
    }
    Ok(())
}
