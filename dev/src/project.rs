//! Where things are in the project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The functions, as packages.
pub const FUNCTIONS: &[&str] = &[
    "audit",
    "auth",
    "housekeeping",
    "mcp",
    "notifications",
    "ops",
    "outbox-relay",
    "recurrence",
    "reminder-cron",
    "tasks",
];

/// The root of the project, whatever folder the command was called in.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("dev/ lies in the project")
}

/// The one description of the app.
pub fn manifest() -> PathBuf {
    root().join("spin.toml")
}

/// The value of a variable of `spin.toml`, as the functions would get it.
pub fn variable(name: &str) -> anyhow::Result<String> {
    let app = host::App::load(&manifest(), &BTreeMap::new())?;
    app.variable(name).map(str::to_owned).with_context(|| format!("spin.toml has no variable {name}"))
}

/// The data folder: the one that was named, or the usual one.
pub fn data(named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| root().join(".taskflow"), Path::to_owned)
}

/// Where builds go.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
