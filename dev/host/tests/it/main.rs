//! The host as its guests and its clients see it. The same tests run on real Spin with `TASKFLOW_ENGINE=spin`.

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
