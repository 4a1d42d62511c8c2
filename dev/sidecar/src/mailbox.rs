//! A mailbox in place of the world's: a small SMTP server that takes every mail for anybody and keeps it in a folder.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const LARGEST_MAIL: usize = 10 * 1024 * 1024;
const LONGEST_COMMAND: u64 = 2048;
const MOST_RECIPIENTS: usize = 100;
const MOST_MISTAKES: u32 = 20;
const IDLE: Duration = Duration::from_secs(60);

/// A mailbox that takes mail until this is dropped.
pub struct Mailbox {
    address: SocketAddr,
    stop: CancellationToken,
}

impl Mailbox {
    /// Listens at a port of this machine, 0 for any that is free, and keeps mails in a folder, which it makes.
    pub async fn start(port: u16, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(wanted).await.with_context(|| format!("nothing can listen at {wanted}"))?;
        let (address, stop) = (listener.local_addr()?, CancellationToken::new());
        let folder = Arc::new(folder.to_owned());
        tokio::spawn(stop.clone().run_until_cancelled_owned({
            let stop = stop.clone();
            async move {
                loop {
                    let Ok((stream, _)) = listener.accept().await else { continue };
                    let _ = stream.set_nodelay(true);
                    let session = Session::new(stream, Arc::clone(&folder));
                    // A client that goes away is no news.
                    tokio::spawn(stop.clone().run_until_cancelled_owned(async { drop(session.serve().await) }));
                }
            }
        }));
        Ok(Self { address, stop })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Session {
    stream: BufStream<TcpStream>,
    folder: Arc<PathBuf>,
    is_greeted: bool,
    from: Option<String>,
    to: Vec<String>,
}

/// What is said to a command.
type Reply = (u16, &'static str);

const OK: Reply = (250, "OK");
const OUT_OF_ORDER: Reply = (503, "not now");

impl Session {
    fn new(stream: TcpStream, folder: Arc<PathBuf>) -> Self {
        Self { stream: BufStream::new(stream), folder, is_greeted: false, from: None, to: Vec::new() }
    }

    async fn serve(mut self) -> std::io::Result<()> {
        self.reply((220, "taskflow mailbox")).await?;
        let mut mistakes = 0;
        while let Some(line) = self.line(LONGEST_COMMAND).await? {
            let Some(line) = line.strip_suffix(b"\n") else {
                // The rest of it would be taken for commands.
                return self.reply((500, "too long")).await;
            };
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
            let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let reply = match command.to_ascii_uppercase().as_str() {
                "QUIT" => return self.reply((221, "bye")).await,
                "DATA" => self.data(argument).await?,
                "EHLO" if !argument.trim().is_empty() => {
                    self.forget();
                    self.is_greeted = true;
                    self.stream.write_all(b"250-taskflow\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n").await?;
                    (250, "SIZE 10485760")
                }
                command => self.command(command, argument.trim()),
            };
            self.reply(reply).await?;
            mistakes += u32::from(reply.0 >= 500);
            if mistakes > MOST_MISTAKES {
                return self.reply((421, "too many mistakes")).await;
            }
        }
        Ok(())
    }

    fn command(&mut self, command: &str, argument: &str) -> Reply {
        match command {
            "HELO" if !argument.is_empty() => {
                self.forget();
                self.is_greeted = true;
                OK
            }
            "EHLO" | "HELO" => (501, "who is there?"),
            "NOOP" => OK,
            "RSET" => {
                self.forget();
                OK
            }
            "VRFY" => (252, "everybody is welcome"),
            "MAIL" if !self.is_greeted || self.from.is_some() => OUT_OF_ORDER,
            "MAIL" => match path(argument, "FROM:") {
                Some((_, parameters)) if is_too_large(parameters) => (552, "too large"),
                Some((from, _)) => {
                    self.from = Some(from.to_owned());
                    OK
                }
                None => (501, "that is no address"),
            },
            "RCPT" if self.from.is_none() => OUT_OF_ORDER,
            "RCPT" if self.to.len() >= MOST_RECIPIENTS => (452, "too many recipients"),
            "RCPT" => match path(argument, "TO:") {
                Some((to, _)) if !to.is_empty() => {
                    self.to.push(to.to_owned());
                    OK
                }
                _ => (501, "that is no address"),
            },
            _ => (500, "that is no command"),
        }
    }

    async fn data(&mut self, argument: &str) -> std::io::Result<Reply> {
        if !argument.trim().is_empty() {
            return Ok((501, "DATA stands alone"));
        }
        if self.to.is_empty() {
            return Ok(OUT_OF_ORDER);
        }
        self.reply((354, "go on, and end with a dot")).await?;
        let mail = self.mail().await?;
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        let Some(mail) = mail else { return Ok((552, "too large")) };
        let envelope = format!("Return-Path: <{from}>\r\nDelivered-To: {}\r\n", to.join(", "));
        match keep(&self.folder, &[envelope.as_bytes(), &mail].concat()).await {
            Ok(()) => Ok(OK),
            Err(error) => {
                eprintln!("error: cannot keep a mail in {}: {error}", self.folder.display());
                Ok((451, "it cannot be kept"))
            }
        }
    }

    /// What comes before the line with a dot alone; none where that is too much.
    async fn mail(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let (mut mail, mut is_new_line, mut is_too_large) = (Vec::new(), true, false);
        // A line may come in parts, which end between its `\r` and its `\n` or anywhere else.
        let mut ends_with_return = false;
        loop {
            let Some(part) = self.line(64 * 1024).await? else {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            };
            if is_new_line && part == b".\r\n" {
                return Ok((!is_too_large).then_some(mail));
            }
            let text = if is_new_line { part.strip_prefix(b".").unwrap_or(&part) } else { &part };
            is_too_large |= mail.len() + text.len() > LARGEST_MAIL;
            if !is_too_large {
                mail.extend_from_slice(text);
            }
            is_new_line = part.ends_with(b"\r\n") || (ends_with_return && part == b"\n");
            ends_with_return = part.ends_with(b"\r");
        }
    }

    /// The next line with its end, or as much of it as is allowed; none when there are no more.
    async fn line(&mut self, longest: u64) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = timeout(IDLE, (&mut self.stream).take(longest).read_until(b'\n', &mut line)).await;
        let length = read.map_err(|_| std::io::ErrorKind::TimedOut)??;
        Ok((length > 0).then_some(line))
    }

    async fn reply(&mut self, (code, words): Reply) -> std::io::Result<()> {
        self.stream.write_all(format!("{code} {words}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }
}

/// The address and the parameters of `FROM:<somebody@example.com> SIZE=100`.
fn path<'a>(argument: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let (given, rest) = argument.split_at_checked(word.len())?;
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    // It stands in a line of the mail.
    let is_address = !address.contains(|c: char| c.is_control() || c.is_whitespace() || c == '<');
    (given.eq_ignore_ascii_case(word) && is_address).then_some((address, parameters))
}

fn is_too_large(parameters: &str) -> bool {
    let sizes = parameters.split_whitespace().filter_map(|one| one.split_once('='));
    let mut sizes = sizes.filter(|(name, _)| name.eq_ignore_ascii_case("size"));
    sizes.any(|(_, size)| size.parse::<usize>().is_ok_and(|size| size > LARGEST_MAIL))
}

/// Writes it beside its place first, so that nobody reads half of it. Its name begins with the time, in milliseconds.
async fn keep(folder: &Path, mail: &[u8]) -> std::io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let name = format!("{time:013}-{:x}-{:04}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed) % 10_000);
    let beside = folder.join(format!("{name}.new"));
    tokio::fs::write(&beside, mail).await?;
    tokio::fs::rename(&beside, folder.join(format!("{name}.eml"))).await
}
