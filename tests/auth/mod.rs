//! Accounts and sessions.

mod account;
mod cookie;
mod jwt;
mod limits;
mod session;
mod sessions;
mod tokens;
mod upgrade;
