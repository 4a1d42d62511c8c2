//! A Redis of one server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::ports::free_ports;
use crate::probe::responds;
use crate::program::{Program, last_line};

/// The program, which has to be on the PATH.
pub const PROGRAM: &str = "redis-server";

const CONFIGURATION: &str = include_str!("../redis/redis.conf");
const CONFIGURATION_FILE: &str = "redis.conf";
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running Redis. Dropping it stops the process; acknowledged events stay in its folder.
pub struct Redis {
    folder: PathBuf,
    port: u16,
    program: Option<Program>,
}

impl Redis {
    /// Starts Redis with its files in a folder. Streams need no preparation: Redis makes them when they are
    /// used first.
    pub async fn start(folder: &Path) -> Result<Self> {
        let create = || format!("cannot create {}", folder.display());
        std::fs::create_dir_all(folder).with_context(create)?;
        let folder = folder.canonicalize()?;
        let [port] = free_ports()?;
        let configuration =
            CONFIGURATION.replace("{port}", &port.to_string()).replace("{folder}", &folder.to_string_lossy());
        let write = || format!("cannot write {CONFIGURATION_FILE} in {}", folder.display());
        std::fs::write(folder.join(CONFIGURATION_FILE), configuration).with_context(write)?;
        let mut redis = Self { folder, port, program: None };
        redis.launch()?;
        // While it reads its files, it answers with an error.
        let has_started = responds(port, "PING\r\n", "+PONG", START_TIMEOUT).await;
        ensure!(has_started, "Redis does not start: {}", last_line(&redis.log()));
        Ok(redis)
    }

    /// Address, in the form that clients take.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Makes publishing to a topic fail, by a text in the place of its stream. Kafka refuses every topic that
    /// was not declared.
    pub async fn spoil_topic(&self, topic: &str) -> Result<()> {
        let set = format!("SET {topic} none\r\n");
        ensure!(responds(self.port, &set, "+OK", START_TIMEOUT).await, "Redis does not set {topic}");
        Ok(())
    }

    /// Kills the server, as a crash of its machine would.
    pub fn kill(&mut self) {
        if let Some(program) = self.program.take() {
            program.kill();
        }
    }

    /// Launches the server again after [`Self::kill`], at the same address.
    pub fn launch(&mut self) -> Result<()> {
        let mut command = Command::new(PROGRAM);
        command.arg(self.folder.join(CONFIGURATION_FILE));
        let missing = || format!("cannot start `{PROGRAM}`: install Redis (`apt install redis-server`)");
        self.program = Some(Program::start(command, self.log()).with_context(missing)?);
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.folder.join("redis.log")
    }
}
