//! Postgres for `spin:postgres@4`: pools, sessions, values and errors with Spin's semantics.

mod cleaning;
mod connect;
mod error;
mod json;
mod numbers;
mod parameters;
mod pool;
mod results;
mod session;
mod watch;

pub use connect::connect_postgres;
pub use error::error_text;
pub use pool::{Lease, Pools};
