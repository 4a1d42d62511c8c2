//! `cargo dev` as developers meet it: its output, its exit codes, and the processes and files that it leaves.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod audit;
mod chart;
mod check;
mod command;
mod compose;
mod database;
mod events;
mod images;
mod restart;
mod settings;
mod sources;
mod tls;
mod up;
