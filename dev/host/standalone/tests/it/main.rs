//! The program as SpinKube and Compose run it. Its app is the guest of the host's own tests.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/spin.toml");

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskflow-host"));
    command.arg("up").args(arguments).args(["--listen", "127.0.0.1:0"]);
    command
}

/// The error with which it does not start.
#[track_caller]
fn error(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap().trim().to_owned()
}

struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.next().expect("it ended before it was ready").unwrap();
        let address = line.strip_prefix("ready http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address }
    }

    /// Returns the response to a GET request.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder such as that in the image: a manifest, and its digest in registries.
fn image() -> TempDir {
    let folder = TempDir::new().unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target").canonicalize().unwrap();
    let text = std::fs::read_to_string(MANIFEST).unwrap();
    let text = text.replace("../../../target", &sources.display().to_string());
    std::fs::write(folder.path().join("spin.toml"), text).unwrap();
    std::fs::write(folder.path().join("app.digest"), "sha256:aa").unwrap();
    folder
}

#[test]
fn an_app_runs_with_the_variables_of_the_environment_until_it_is_terminated() {
    let mut command = command(&["--from", MANIFEST]);
    let mut running = Running::start(command.env("SPIN_VARIABLE_GREETING", "hello from outside"));

    let response = running.get("/variable?greeting");
    assert!(response.contains("hello from outside!"), "{response}");

    kill_process(Pid::from_child(&running.child), Signal::TERM).unwrap();
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}

#[test]
fn only_the_chosen_components_run() {
    let by_argument = Running::start(&mut command(&["-f", MANIFEST, "--component-id", "exact"]));
    let mut command = command(&["-f", MANIFEST]);
    let by_variable = Running::start(command.env("SPIN_COMPONENTS_TO_RETAIN", "exact,every"));

    assert!(by_argument.get("/exact").starts_with("HTTP/1.1 200 "));
    assert!(by_argument.get("/something").starts_with("HTTP/1.1 404 "));
    assert!(by_variable.get("/exact").starts_with("HTTP/1.1 200 "));
    assert!(by_variable.get("/hello").starts_with("HTTP/1.1 200 "));
}

#[test]
fn an_app_of_a_registry_runs_if_it_is_the_one_in_the_image() {
    let folder = image();
    let from = |reference: &str| {
        let mut command = command(&["-f", reference, "--component-id", "exact"]);
        command.current_dir(folder.path());
        command
    };

    let running = Running::start(&mut from("registry.example.com/app@sha256:aa"));
    assert!(running.get("/exact").starts_with("HTTP/1.1 200 "));

    assert_eq!(
        error(&mut from("registry.example.com/app@sha256:bb")),
        "error: registry.example.com/app@sha256:bb is another app than the one in this image, which is sha256:aa"
    );
    assert_eq!(
        error(&mut from("registry.example.com/app:1.0")),
        "error: registry.example.com/app:1.0 has no digest: name the app in this image as \
         registry.example.com/app:1.0@sha256:aa"
    );
    std::fs::remove_file(folder.path().join("app.digest")).unwrap();
    assert!(
        error(&mut from("registry.example.com/app@sha256:aa")).contains("there is no app from a registry")
    );
}

#[test]
fn what_it_cannot_honour_is_refused() {
    let folder = TempDir::new().unwrap();
    let (empty, full) = (folder.path().join("empty.toml"), folder.path().join("full.toml"));
    std::fs::write(&empty, "\n").unwrap();
    std::fs::write(&full, "[key_value_store.default]\n").unwrap();
    let with = |arguments: &[&str]| command(&[&["-f", MANIFEST], arguments].concat());

    let full = full.to_str().unwrap();
    assert_eq!(
        error(&mut with(&["--runtime-config-file", full])),
        format!("error: {full} is not empty: this host knows no runtime configuration")
    );
    let arguments = ["--runtime-config-file", empty.to_str().unwrap(), "--component-id", "nobody"];
    assert_eq!(error(&mut with(&arguments)), "error: component \"nobody\" is not in the app");
    assert_eq!(
        error(with(&[]).env("SPIN_MAX_INSTANCE_MEMORY", "much")),
        "error: SPIN_MAX_INSTANCE_MEMORY is not a number of bytes: invalid digit found in string"
    );
}
