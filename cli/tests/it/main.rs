//! `taskflow` as operators meet it: the binary, in an empty folder, on a database of the test's own.
#![allow(clippy::unwrap_used, missing_docs)]

mod admin;
mod audit;
mod connect;
mod database;
mod migrate;
mod schema;
mod settings;
