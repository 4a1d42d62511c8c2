//! What Postgres complains about, in one line that says what to do.

use std::path::Path;

/// What only damaged files make it say. Nobody is told to move away healthy ones.
const DAMAGE: &[&str] = &["control", "checkpoint", "not a valid data directory", "corrupt", "invalid page"];

/// What it has written into its log.
pub fn said(log: &Path) -> String {
    std::fs::read_to_string(log).unwrap_or_default()
}

/// One line of what Postgres said, and what to do.
pub fn explain(said: &str, folder: &Path, log: &Path) -> String {
    if let Some(full) = full_disk(said, folder) {
        return full;
    }
    if let Some((_, reason)) = said.lines().find_map(|line| line.split_once("initdb: error: ")) {
        return format!("cannot make the database in {}: {reason}", folder.display());
    }
    // The last one: while it starts, Postgres also turns away those who come too early.
    let reason = said.lines().rev().find_map(|line| line.split_once("FATAL:  ").or(line.split_once("PANIC:  ")));
    match reason {
        Some((_, reason)) if DAMAGE.iter().any(|sign| reason.contains(sign)) => damaged(folder, reason),
        Some((_, reason)) => format!("Postgres cannot run in {}: {reason}", folder.display()),
        None => format!("Postgres did not start; what it says is in {}", log.display()),
    }
}

/// Why a Postgres that ran ended by itself.
pub fn explain_end(said: &str, folder: &Path, log: &Path) -> String {
    let reason = full_disk(said, folder).unwrap_or_else(|| format!("what it says is in {}", log.display()));
    format!("Postgres ended by itself: {reason}")
}

fn full_disk(said: &str, folder: &Path) -> Option<String> {
    let full = said.contains("No space left on device");
    full.then(|| format!("the disk that holds {} is full: make room and run this again", folder.display()))
}

/// That nobody can start from these files.
pub fn damaged(folder: &Path, reason: &str) -> String {
    format!(
        "the data in {} is damaged ({reason}): put a backup in its place, or move it away to start empty",
        folder.display()
    )
}
