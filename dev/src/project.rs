//! Where things are in the project.

use std::path::{Path, PathBuf};

/// The functions, as packages.
pub const FUNCTIONS: &[&str] = &["audit", "auth", "housekeeping", "ops", "outbox-relay", "tasks"];

/// The root of the project, whatever folder the command was called in.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("dev/ lies in the project")
}

/// The one description of the app.
pub fn manifest() -> PathBuf {
    root().join("spin.toml")
}

/// Where builds go.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
