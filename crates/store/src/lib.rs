//! Access to Postgres: a statement, JSON in, rows of JSON text out.
//!
//! A call is one round trip to one function in the database, and a transaction of its own. Types of Postgres
//! are not mapped, and nothing is kept between calls but the [`Context`] of the request.

mod client;
mod delivery;
mod principal;
mod reason;
mod refusal;
mod replay;
mod reply;
mod statement;

pub use client::{Client, Context};
pub use delivery::Delivery;
pub use frames::checksum;
pub use principal::{Identity, Issued, Principal, ReplayKey, Scope};
pub use reason::{Constraint, Reason};
pub use refusal::{Fault, Refusal, chain};
pub use reply::{PublishLease, Quota, Rows};
pub use statement::Statement;

/// Release that this component was built from: a hash of all statements, set by `cargo dev build`.
pub const RELEASE: Option<&str> = option_env!("TASKFLOW_RELEASE");
