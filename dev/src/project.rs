//! Paths and settings of the project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Packages of the functions.
pub const FUNCTIONS: &[&str] = &[
    "audit",
    "auth",
    "housekeeping",
    "mcp",
    "notifications",
    "ops",
    "outbox-relay",
    "realtime",
    "recurrence",
    "reminder-cron",
    "tasks",
    "understand",
];

/// Returns the root folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("dev/ has a parent folder")
}

/// Returns the path of `spin.toml`.
pub fn manifest() -> PathBuf {
    root().join("spin.toml")
}

/// Returns the value of a variable of `spin.toml`, as functions get it.
pub fn variable(name: &str) -> anyhow::Result<String> {
    let app = host::App::load(&manifest(), &BTreeMap::new())?;
    app.variable(name).map(str::to_owned).with_context(|| format!("spin.toml has no variable {name}"))
}

/// Returns the data folder: the given one, or the default.
pub fn data(given: Option<&Path>) -> PathBuf {
    given.map_or_else(|| root().join(".taskflow"), Path::to_owned)
}

/// Returns cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
