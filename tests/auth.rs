//! Accounts and sessions.

mod account;
mod address;
mod change_email;
mod confirm_email;
mod cookie;
mod delete_me;
mod guests;
mod hashes;
pub mod jwt;
mod limits;
pub mod mails;
mod pages;
mod password;
mod session;
mod sessions;
mod tokens;
mod upgrade;
