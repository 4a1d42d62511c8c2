//! Runs the components of a `spin.toml` as Spin does, without Spin: for development, tests and one machine.
//!
//! An [`Engine`] compiles components and can be shared by many servers; an [`App`] is a manifest with the
//! values of its variables; a [`Server`] listens for requests to an app. [`spin`] runs the same manifest on
//! real Spin.

mod app;
mod bindings;
mod engine;
mod http_client;
mod instance;
mod listen;
mod logs;
mod postgres;
mod running;
mod server;
pub mod spin;
mod tls;

pub use app::App;
pub use engine::{Engine, Limits};
pub use listen::listen;
pub use logs::Logs;
pub use postgres::connect_postgres;
pub use running::Running;
pub use server::Server;
