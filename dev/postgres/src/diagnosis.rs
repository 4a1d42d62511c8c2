//! Errors of Postgres, in one line that says what to do.

use std::path::Path;

/// Signs of damaged files in an error.
const DAMAGE: &[&str] = &["control", "checkpoint", "not a valid data directory", "corrupt", "invalid page"];

/// Reads the log.
pub fn read(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// Explains the errors of a Postgres that did not start.
pub fn explain(errors: &str, folder: &Path, log: &Path) -> String {
    if let Some(full) = full_disk(errors, folder) {
        return full;
    }
    if let Some((_, reason)) = errors.lines().find_map(|line| line.split_once("initdb: error: ")) {
        return format!("cannot create the database in {}: {reason}", folder.display());
    }
    // The last one: earlier ones may be of connections that Postgres rejected while it was starting.
    let reason =
        errors.lines().rev().find_map(|line| line.split_once("FATAL:  ").or(line.split_once("PANIC:  ")));
    match reason {
        Some((_, reason)) if DAMAGE.iter().any(|sign| reason.contains(sign)) => damaged(folder, reason),
        Some((_, reason)) => format!("Postgres cannot run in {}: {reason}", folder.display()),
        None => format!("Postgres did not start: see {}", log.display()),
    }
}

/// Explains the end of a Postgres that was running.
pub fn explain_end(errors: &str, folder: &Path, log: &Path) -> String {
    let reason = full_disk(errors, folder).unwrap_or_else(|| format!("see {}", log.display()));
    format!("Postgres has stopped: {reason}")
}

fn full_disk(errors: &str, folder: &Path) -> Option<String> {
    let is_full = errors.contains("No space left on device");
    is_full.then(|| {
        format!("the disk that holds {} is full: free some space, then run this again", folder.display())
    })
}

/// Explains that files are damaged.
pub fn damaged(folder: &Path, reason: &str) -> String {
    format!(
        "the data in {} is damaged ({reason}): restore it from a backup, or move it away to start empty",
        folder.display()
    )
}
