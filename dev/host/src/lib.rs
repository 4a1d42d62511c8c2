//! Runs the components of a `spin.toml` as Spin does, without Spin: for development, tests and one machine.
//!
//! An [`Engine`] compiles and can be shared by many servers; an [`App`] is a manifest with its variables;
//! a [`Server`] is an app that listens. [`spin`] runs the same manifest on the real thing.

mod app;
mod engine;
mod logs;
mod outbound;
mod postgres;
mod running;
mod server;
pub mod spin;
mod tls;
mod variables;

pub use app::App;
pub use engine::{Engine, Limits};
pub use logs::Logs;
pub use postgres::connect;
pub use running::Running;
pub use server::Server;

/// The interfaces of `wit/`, as Rust.
#[allow(missing_docs, reason = "the interfaces have their own")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "functions",
        imports: { default: async },
        with: { "spin:postgres/postgres.connection": crate::postgres::Connection },
    });
}
