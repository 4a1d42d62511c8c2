//! The host as its guests and its clients see it. The same tests run on real Spin with `TASKFLOW_ENGINE=spin`.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod app;
mod client;
mod database;
mod upstream;

mod chaining;
mod limits;
mod logs;
mod outbound;
mod postgres;
mod robustness;
mod routes;
mod streaming;
mod strictness;
mod variables;
