//! The host as guests and clients see it. The same tests run on real Spin with `TASKFLOW_ENGINE=spin`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod app;
mod client;
mod database;
mod upstream;

mod cache;
mod chaining;
mod limits;
mod logs;
mod outbound;
mod port;
mod postgres;
mod robustness;
mod routes;
mod streaming;
mod strictness;
mod variables;
