use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::command::{Up, dev, folder, owners_url, until};

/// Postgres, as it runs on a data folder: how it was started, and by whom.
struct Postgres {
    folder: PathBuf,
    pid: Pid,
    command: Command,
}

impl Postgres {
    fn of(data: &Path) -> Self {
        let folder = data.join("postgres");
        let file = std::fs::read_to_string(folder.join("postmaster.pid")).unwrap();
        let pid: i32 = file.lines().next().unwrap().parse().unwrap();
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
        let mut command = Command::new(std::fs::read_link(format!("/proc/{pid}/exe")).unwrap());
        let owner = std::fs::metadata(&folder).unwrap();
        command.args(line.trim_end_matches('\0').split('\0').skip(1)).uid(owner.uid()).gid(owner.gid());
        command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { folder, pid: Pid::from_raw(pid).unwrap(), command }
    }

    /// Starts it once more, and waits until it answers.
    fn again(mut self) -> Running {
        let mut running = Running(self.command.spawn().unwrap());
        until("Postgres", || {
            // It does not begin before the last process of the former one has ended.
            if running.0.try_wait().unwrap().is_some() {
                running = Running(self.command.spawn().unwrap());
            }
            let file = std::fs::read_to_string(self.folder.join("postmaster.pid")).unwrap_or_default();
            let mut lines = file.lines();
            lines.next() == Some(running.0.id().to_string().as_str())
                && lines.nth(6).is_some_and(|state| state.trim() == "ready")
        });
        running
    }
}

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
        let _ = self.0.wait();
    }
}

#[test]
fn functions_recover_by_themselves_when_the_database_was_killed_and_is_back() {
    let (theirs, ours) = (folder("restarted"), folder("restarts"));
    let mut services =
        Running(dev(&["services", "--data"]).arg(&theirs).stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(services.0.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("ready")), "it ended before it was ready");
    let mut up = dev(&["up", "--engine", "embedded", "--port", "0", "--data"]);
    up.arg(&ours).env("DATABASE_URL", owners_url(&theirs));
    let up = Up::from(up);
    let authorization = format!("authorization: Bearer {}\r\n", up.guest());
    let write = || up.send("POST /api/tasks", &authorization, r#"{"title": "buy milk"}"#);
    assert!(write().starts_with("HTTP/1.1 201"));

    let postgres = Postgres::of(&theirs);
    kill_process(postgres.pid, Signal::KILL).unwrap();
    assert_ne!(services.0.wait().unwrap().code(), Some(0), "without its database there are no services");
    let refused = write();
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");

    let _postgres = postgres.again();
    let began = Instant::now();
    until("a write", || write().starts_with("HTTP/1.1 201"));

    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    until("both events", || {
        up.send("GET /api/audit", &authorization, "").matches("task.created").count() >= 2
    });
    assert_eq!(up.end(Signal::TERM), Some(0));
}
