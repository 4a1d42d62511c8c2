//! Pushpin, the GRIP proxy that holds live streams in front of the app, with the programs that belong to it:
//! condure for clients' connections, zurl for requests to the app.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::ports::free_ports;
use crate::probe::{get, responds};
use crate::program::{Program, last_line};

/// Programs that have to be on the PATH, in the order in which they start: the handler connects to the proxy.
pub const PROGRAMS: [&str; 4] = ["condure", "zurl", "pushpin-proxy", HANDLER];
const HANDLER: &str = "pushpin-handler";

const CONFIGURATION: &str = include_str!("../pushpin/pushpin.conf");
const ZURL: &str = include_str!("../pushpin/zurl.conf");

/// Size of the two buffers of each connection in bytes. A request head has to fit.
const BUFFER_SIZE: &str = "--buffer-size=8192";
const CONNECTIONS: &str = "--stream-maxconn=12000";

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A Pushpin in front of an app. Dropping this stops it.
pub struct Pushpin {
    /// Folder of its sockets. It is short, as names of sockets may have a hundred bytes.
    folder: PathBuf,
    log: PathBuf,
    key: String,
    port: u16,
    publish_port: u16,
    app: Option<SocketAddr>,
    programs: Vec<Program>,
}

impl Pushpin {
    /// Prepares a Pushpin that signs its requests with `key`, and writes its log into a folder.
    pub fn new(folder: &Path, key: &str) -> Result<Self> {
        let [port, publish_port] = free_ports()?;
        let sockets = std::env::temp_dir().join(format!("taskflow-pushpin-{port}"));
        let create = || {
            if sockets.exists() {
                std::fs::remove_dir_all(&sockets)?;
            }
            std::fs::DirBuilder::new().mode(0o700).create(&sockets)
        };
        create().with_context(|| format!("cannot create {}", sockets.display()))?;
        Ok(Self {
            folder: sockets,
            log: folder.join(format!("pushpin-{port}.log")),
            key: key.to_owned(),
            port,
            publish_port,
            app: None,
            programs: Vec::new(),
        })
    }

    /// Address for clients.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// URL at which it takes messages.
    pub fn publish_url(&self) -> String {
        format!("http://{}:{}", Ipv4Addr::LOCALHOST, self.publish_port)
    }

    /// Launches it in front of the app, and waits until it passes requests on.
    pub async fn pass_on_to(&mut self, app: SocketAddr) -> Result<()> {
        if self.app != Some(app) {
            self.app = Some(app);
            self.launch()?;
        }
        let is_passing_on = responds(self.port, &get("/live"), "HTTP/1.1 200", START_TIMEOUT).await;
        ensure!(is_passing_on, "Pushpin does not start: {}", last_line(&self.log));
        Ok(())
    }

    /// Kills it, as a crash of its machine would.
    pub fn kill(&mut self) {
        self.programs.drain(..).for_each(Program::kill);
    }

    /// Launches it again after [`Self::kill`], at the same addresses.
    pub fn launch(&mut self) -> Result<()> {
        let app = self.app.context("the address of the app is not known yet")?;
        self.programs.clear();
        let folder = self.folder.display().to_string();
        let fill = |text: &str| {
            text.replace("{folder}", &folder)
                .replace("{key}", &self.key)
                .replace("{publish_port}", &self.publish_port.to_string())
        };
        let (configuration, zurl) = (self.folder.join("pushpin.conf"), self.folder.join("zurl.conf"));
        for (file, text) in [
            (&configuration, fill(CONFIGURATION)),
            (&zurl, fill(ZURL)),
            (&self.folder.join("routes"), format!("* {app}\n")),
        ] {
            std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        let of_pushpin = format!("--config={}", configuration.display());
        let of_condure = [
            format!("--listen={},stream", self.address()),
            format!("--zclient-stream=ipc://{folder}/condure"),
            BUFFER_SIZE.to_owned(),
            CONNECTIONS.to_owned(),
        ];
        let arguments = [
            of_condure.to_vec(),
            vec![format!("--config={}", zurl.display())],
            vec![of_pushpin.clone()],
            vec![of_pushpin],
        ];
        // Until the handler has connected to this socket, the proxy answers with 500 instead of holding a stream.
        // One that finds no socket tries again later only.
        let socket = self.folder.join("accept");
        let _ = std::fs::remove_file(&socket);
        for (name, arguments) in PROGRAMS.into_iter().zip(arguments) {
            if name == HANDLER {
                self.wait("proxy", || socket.exists())?;
            }
            let mut command = Command::new(name);
            command.args(arguments);
            let program = Program::start(command, self.log.clone());
            let missing = || format!("cannot start `{name}`: install Pushpin (`apt install pushpin zurl`)");
            self.programs.push(program.with_context(missing)?);
        }
        // It listens for messages after it has connected.
        let address = (Ipv4Addr::LOCALHOST, self.publish_port);
        self.wait("handler", || std::net::TcpStream::connect(address).is_ok())
    }

    fn wait(&self, part: &str, has_started: impl Fn() -> bool) -> Result<()> {
        let start = Instant::now();
        while !has_started() {
            let is_in_time = start.elapsed() < START_TIMEOUT;
            ensure!(is_in_time, "the {part} of Pushpin does not start: {}", last_line(&self.log));
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Pushpin {
    fn drop(&mut self) {
        // All before the first is waited for, so that they stop at the same time.
        self.programs.iter_mut().for_each(Program::terminate);
        self.programs.clear();
        // A crash leaves little behind, and the next one with this port removes it.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
