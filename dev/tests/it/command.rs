//! Running `cargo dev` and talking to what it started.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use tokio_postgres::{Client, NoTls};

/// A folder of the test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// `cargo dev` with these arguments.
pub fn dev(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dev"));
    command.args(arguments).env_remove("DATABASE_URL").stdin(Stdio::null());
    command
}

/// Runs `cargo dev` to its end.
pub fn run(arguments: &[&str]) -> Output {
    dev(arguments).output().unwrap()
}

/// The error line of a command that failed.
#[track_caller]
pub fn error(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "the command succeeded: {stderr}");
    let errors: Vec<&str> =
        stderr.lines().filter(|line| !line.starts_with("· ") && !line.starts_with("  ")).collect();
    assert_eq!(errors.len(), 1, "the error is one line: {stderr}");
    errors[0].to_owned()
}

/// Waits for a condition.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}: not within 30 seconds");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// URL of the database of a data folder, for its owner.
pub fn owners_url(data: &Path) -> String {
    let read = |file: &str| std::fs::read_to_string(data.join(file)).unwrap();
    let (port, password) =
        (read("postgres/postmaster.pid").lines().nth(3).unwrap().to_owned(), read("postgres-password"));
    format!("postgres://postgres:{password}@127.0.0.1:{port}/taskflow")
}

/// Connects to the database of a data folder as its owner.
pub async fn owner(data: &Path) -> Client {
    let (client, connection) = tokio_postgres::connect(&owners_url(data), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Standard output of a command that succeeded.
#[track_caller]
pub fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// `cargo dev up`, running.
pub struct Up {
    child: Child,
    /// Address of the app.
    pub address: String,
}

impl Up {
    /// Starts `cargo dev up` on a data folder and waits until it is ready.
    pub fn start(data: &Path) -> Self {
        let mut command = dev(&["up", "--engine", "embedded", "--port", "0", "--data"]);
        command.arg(data);
        Self::from(command)
    }

    /// Starts the command and waits until it is ready.
    pub fn from(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it ended before it was ready").unwrap();
            if let Some(address) = line.strip_prefix("ready http://") {
                break address.to_owned();
            }
        };
        Self { child, address }
    }

    /// Sends a signal and waits for the process to end.
    pub fn end(self, signal: Signal) -> Option<i32> {
        rustix::process::kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.wait()
    }

    /// Waits for the process to end, and returns its exit code.
    pub fn wait(mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the process does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Creates a guest and returns its token.
    pub fn guest(&self) -> String {
        let response = self.send("POST /api/auth/guest", "", "{}");
        let (_, rest) = response.split_once(r#""token":""#).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// Sends a request and returns the whole response.
    pub fn send(&self, request: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // Still running only if a test has failed.
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = rustix::process::kill_process(Pid::from_child(&self.child), Signal::TERM);
            let _ = self.child.wait();
        }
    }
}

/// The processes whose command line names a folder.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(&*folder.to_string_lossy()) {
            found.push(line);
        }
    }
    found
}
