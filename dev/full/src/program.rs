//! Child processes that are restarted when they end.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, set_parent_process_death_signal};

const CHECK_INTERVAL: Duration = Duration::from_millis(500);
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// A program that is restarted whenever it ends. Dropping this terminates it and waits for its end.
pub struct Program {
    child: Arc<Mutex<Option<Child>>>,
    terminating: Option<Child>,
}

impl Program {
    /// Starts a program. Its output is appended to a log file.
    pub fn start(mut command: Command, log: PathBuf) -> Result<Self> {
        // A process group of its own, so that Ctrl-C in a terminal reaches only this process.
        command.stdin(Stdio::null()).process_group(0);
        kill_with_parent(&mut command);
        let mut spawn = move || -> Result<Child> {
            let context = || format!("cannot write {}", log.display());
            let file = File::options().create(true).append(true).open(&log).with_context(context)?;
            command.stdout(file.try_clone()?).stderr(file);
            command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))
        };
        let child = Arc::new(Mutex::new(Some(spawn()?)));
        let watched = Arc::clone(&child);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(CHECK_INTERVAL).await;
                let mut child = lock(&watched);
                let Some(process) = child.as_mut() else { return };
                if let Ok(Some(_)) = process.try_wait()
                    && let Ok(restarted) = spawn()
                {
                    *child = Some(restarted);
                }
            }
        });
        Ok(Self { child, terminating: None })
    }

    /// Kills the program, as a crash of its machine would.
    pub fn kill(self) {
        if let Some(mut child) = lock(&self.child).take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends SIGTERM without waiting for the end. The program is not restarted.
    pub fn terminate(&mut self) {
        if let Some(child) = lock(&self.child).take() {
            let _ = kill_process(Pid::from_child(&child), Signal::TERM);
            self.terminating = Some(child);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.terminate();
        let Some(child) = &mut self.terminating else { return };
        let deadline = Instant::now() + STOP_TIMEOUT;
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Returns the last line of a log file, and its path.
pub fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    format!("{} ({})", text.lines().last().unwrap_or("no output"), log.display())
}

/// Makes the child end with this process, even if this process is killed. Linux means the thread that starts
/// the child, which must live as long.
#[allow(unsafe_code, reason = "the child makes one system call between fork and exec, which is safe there")]
pub fn kill_with_parent(command: &mut Command) {
    unsafe {
        command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?));
    }
}

fn lock(child: &Mutex<Option<Child>>) -> MutexGuard<'_, Option<Child>> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}
