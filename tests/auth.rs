//! Accounts and sessions.

mod account;
mod cookie;
mod hashes;
pub mod jwt;
mod limits;
mod session;
mod sessions;
mod tokens;
mod upgrade;
