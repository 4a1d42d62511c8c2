//! Accounts and sessions.

mod account;
mod address;
mod delete_me;
mod guests;
mod hashes;
pub mod jwt;
mod limits;
mod mails;
mod pages;
mod password;
mod session;
mod sessions;
mod tokens;
mod upgrade;
