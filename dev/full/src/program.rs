//! Programs that are kept running.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, set_parent_process_death_signal};

const LOOKS_EVERY: Duration = Duration::from_millis(500);
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// A program that is started again whenever it ends, until this is dropped: then it is asked to end, and waited for.
pub struct Program {
    child: Arc<Mutex<Option<Child>>>,
    ending: Option<Child>,
}

impl Program {
    /// Starts it. What it says goes into a file.
    pub fn start(mut command: Command, log: PathBuf) -> Result<Self> {
        // In a group of its own, so that Ctrl-C in a terminal reaches us alone.
        command.stdin(Stdio::null()).process_group(0);
        die_with_us(&mut command);
        let mut start = move || -> Result<Child> {
            let cannot = || format!("cannot write {}", log.display());
            let file = File::options().create(true).append(true).open(&log).with_context(cannot)?;
            command.stdout(file.try_clone()?).stderr(file);
            command.spawn().with_context(|| format!("cannot start {}", command.get_program().display()))
        };
        let child = Arc::new(Mutex::new(Some(start()?)));
        let kept = Arc::clone(&child);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOKS_EVERY).await;
                let mut child = lock(&kept);
                let Some(process) = child.as_mut() else { return };
                if let Ok(Some(_)) = process.try_wait()
                    && let Ok(again) = start()
                {
                    *child = Some(again);
                }
            }
        });
        Ok(Self { child, ending: None })
    }

    /// Ends it at once, as if its machine had died.
    pub fn kill(self) {
        if let Some(mut child) = lock(&self.child).take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to end, without waiting for that. It is not started again.
    pub fn ask_to_end(&mut self) {
        if let Some(child) = lock(&self.child).take() {
            let _ = kill_process(Pid::from_child(&child), Signal::TERM);
            self.ending = Some(child);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.ask_to_end();
        let Some(child) = &mut self.ending else { return };
        let deadline = Instant::now() + STOPS_WITHIN;
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// What it said last, and where the rest is.
pub fn last_words(log: &Path) -> String {
    let said = std::fs::read_to_string(log).unwrap_or_default();
    format!("{} ({})", said.lines().last().unwrap_or("it says nothing"), log.display())
}

/// Nothing is left behind when we are killed.
#[allow(unsafe_code, reason = "the child makes one system call between fork and exec, which is safe there")]
fn die_with_us(command: &mut Command) {
    unsafe {
        command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?));
    }
}

fn lock(child: &Mutex<Option<Child>>) -> MutexGuard<'_, Option<Child>> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}
