//! Accounts and sessions.

mod account;
mod session;
