//! A Postgres of the data folder: its programs are fetched once per user, and it runs as long as the command.
//!
//! Each module uses only those above it in this list:
//! `diagnosis`, `owner`, `secret`, `files`, `programs`, `data_folder`, `cluster`, `server`.

mod cluster;
mod data_folder;
mod diagnosis;
pub mod files;
mod owner;
pub mod programs;
mod secret;
mod server;

pub use data_folder::DataFolder;
pub use secret::random_secret;
pub use server::{Embedded, Purpose};
