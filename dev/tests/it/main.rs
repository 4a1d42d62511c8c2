//! `cargo dev` as its users meet it: a command, its lines, and what it leaves behind.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod audit;
mod command;
mod database;
mod events;
mod restart;
mod settings;
mod tls;
mod up;
