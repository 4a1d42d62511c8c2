//! An SMTP session: one connection of a client.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::mailbox::command::{Envelope, OK, OUT_OF_ORDER, Reply};

const MAX_MAIL: usize = 10 * 1024 * 1024;
const MAX_COMMAND: u64 = 2048;
const MAX_ERRORS: u32 = 20;
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

pub struct Session {
    stream: BufStream<TcpStream>,
    folder: Arc<Path>,
    envelope: Envelope,
}

impl Session {
    pub fn new(stream: TcpStream, folder: Arc<Path>) -> Self {
        Self { stream: BufStream::new(stream), folder, envelope: Envelope::new(MAX_MAIL) }
    }

    /// Answers commands until the client quits or disconnects.
    pub async fn serve(mut self) -> std::io::Result<()> {
        self.reply((220, "taskflow mailbox")).await?;
        let mut errors = 0;
        while let Some(line) = self.read_line(MAX_COMMAND).await? {
            let Some(line) = line.strip_suffix(b"\n") else {
                // The rest of the line would be parsed as commands.
                return self.reply((500, "line too long")).await;
            };
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
            let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let reply = match command.to_ascii_uppercase().as_str() {
                "QUIT" => return self.reply((221, "bye")).await,
                "DATA" => self.receive(argument).await?,
                "EHLO" if !argument.trim().is_empty() => {
                    self.envelope.greet();
                    self.stream.write_all(b"250-taskflow\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n").await?;
                    (250, "SIZE 10485760")
                }
                command => self.envelope.apply(command, argument.trim()),
            };
            self.reply(reply).await?;
            errors += u32::from(reply.0 >= 500);
            if errors > MAX_ERRORS {
                return self.reply((421, "too many errors")).await;
            }
        }
        Ok(())
    }

    /// Handles `DATA`.
    async fn receive(&mut self, argument: &str) -> std::io::Result<Reply> {
        if !argument.trim().is_empty() {
            return Ok((501, "DATA takes no argument"));
        }
        if !self.envelope.has_recipients() {
            return Ok(OUT_OF_ORDER);
        }
        self.reply((354, "end the mail with a dot on a line by itself")).await?;
        let mail = self.read_mail().await?;
        let envelope = self.envelope.take_headers();
        let Some(mail) = mail else { return Ok((552, "mail too large")) };
        match store(&self.folder, &[envelope.as_bytes(), &mail].concat()).await {
            Ok(()) => Ok(OK),
            Err(error) => {
                eprintln!("error: cannot store a mail in {}: {error}", self.folder.display());
                Ok((451, "mail cannot be stored"))
            }
        }
    }

    /// Reads a mail up to the line with a single dot. Returns `None` if it is too large.
    async fn read_mail(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let (mut mail, mut is_new_line, mut is_too_large) = (Vec::new(), true, false);
        // A long line is read in parts, and one of them may end between `\r` and `\n`.
        let mut ends_with_return = false;
        loop {
            let Some(part) = self.read_line(64 * 1024).await? else {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            };
            if is_new_line && part == b".\r\n" {
                return Ok((!is_too_large).then_some(mail));
            }
            let text = if is_new_line { part.strip_prefix(b".").unwrap_or(&part) } else { &part };
            is_too_large |= mail.len() + text.len() > MAX_MAIL;
            if !is_too_large {
                mail.extend_from_slice(text);
            }
            is_new_line = part.ends_with(b"\r\n") || (ends_with_return && part == b"\n");
            ends_with_return = part.ends_with(b"\r");
        }
    }

    /// Reads the next line with its line break, or its first `limit` bytes. Returns `None` at the end of the
    /// stream.
    async fn read_line(&mut self, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = timeout(IDLE_TIMEOUT, (&mut self.stream).take(limit).read_until(b'\n', &mut line)).await;
        let length = read.map_err(|_| std::io::ErrorKind::TimedOut)??;
        Ok((length > 0).then_some(line))
    }

    async fn reply(&mut self, (code, text): Reply) -> std::io::Result<()> {
        self.stream.write_all(format!("{code} {text}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }
}

/// Stores a mail in a file whose name begins with the time in milliseconds. The file is renamed into place, so
/// that readers never see half a mail.
async fn store(folder: &Path, mail: &[u8]) -> std::io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let name =
        format!("{time:013}-{:x}-{:04}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed) % 10_000);
    let temporary = folder.join(format!("{name}.new"));
    tokio::fs::write(&temporary, mail).await?;
    tokio::fs::rename(&temporary, folder.join(format!("{name}.eml"))).await
}
