//! Tests of the sidecar over HTTP and SMTP.

#![allow(missing_docs, clippy::unwrap_used)]

mod bindings;
mod configuration;
mod database;
mod deliver;
mod invoke;
mod mailbox;
mod publish;
mod secrets;
mod state;
mod token;
mod world;
