//! Behaviour of TaskFlow over HTTP: the compiled functions on a real Postgres.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod auth;
mod bad_input;
mod contention;
mod database;
mod events;
mod foreign;
mod housekeeping;
mod manners;
mod mcp;
mod metrics;
mod model;
mod openapi;
mod ops;
mod pages;
mod realtime;
mod reminders;
mod series;
mod settings;
mod tasks;
mod understand;
