//! Layouts as registries and engines read them.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod container;
mod dockerfile;
mod reader;
mod sbom;
mod spin_app;
