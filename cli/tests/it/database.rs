//! A database of the test's own, and the command on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tokio_postgres::{Client, Config, NoTls};

/// Empty database.
pub struct Database {
    name: String,
    server: Config,
    /// Connection of its owner.
    pub client: Client,
    folder: PathBuf,
}

impl Database {
    /// Creates a database, empty.
    pub async fn create(name: &str) -> Self {
        let server = std::env::var("TASKFLOW_TEST_DATABASE").expect("run the tests by `cargo dev test`");
        let (name, folder) = (format!("test_taskflow_{name}"), folder(name));
        let server: Config = server.parse().unwrap();
        let owner = connect(&server).await;
        owner.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
        owner.batch_execute(&format!("create database {name}")).await.unwrap();
        let client = connect(server.clone().dbname(&name)).await;
        Self { name, server, client, folder }
    }

    /// Port of its server.
    pub fn port(&self) -> u16 {
        self.server.get_ports()[0]
    }

    /// Password of its owner.
    pub fn password(&self) -> String {
        String::from_utf8_lossy(self.server.get_password().unwrap()).into_owned()
    }

    /// URL without a password.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}?sslmode=disable", self.port(), self.name)
    }

    /// `taskflow` on this database, in an empty folder.
    pub fn taskflow(&self, arguments: &[&str]) -> Command {
        let mut command = taskflow(&self.folder);
        command.args(arguments).env("DATABASE_URL", self.url()).env("DATABASE_PASSWORD", self.password());
        command
    }

    /// Runs `taskflow` to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.taskflow(arguments).output().unwrap()
    }
}

/// `taskflow` in a folder, with nothing in its environment.
pub fn taskflow(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskflow"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Creates a folder of the test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Standard output of a command that succeeded.
#[track_caller]
pub fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The error line of a command that failed.
#[track_caller]
pub fn error(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
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

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
