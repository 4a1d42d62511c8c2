//! Accounts and sessions.

mod account;
mod address;
mod cookie;
pub mod jwt;
mod limits;
mod session;
mod sessions;
mod tokens;
mod upgrade;
