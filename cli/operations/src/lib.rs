//! Operations on an installation of TaskFlow and its database: the commands of `taskflow`, which `cargo dev`
//! runs too.

pub mod admin;
pub mod audit;
pub mod check;
pub mod events;
pub mod migrate;
pub mod settings;

mod database;
mod release;
mod roles;
mod schema;
mod step;
mod tls;

pub use database::DatabaseUrl;
pub use release::{Migration, Release};
pub use roles::Role;
pub use schema::describe;
pub use step::Step;
