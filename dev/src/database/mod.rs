//! The database: an embedded Postgres or one that is named, its schema and the installed bodies.

pub mod binaries;
pub mod bodies;
mod cluster;
mod complaint;
pub mod data;
pub mod embedded;
pub mod migrations;
pub mod setup;
pub mod template;
pub mod url;

pub use data::DataFolder;
pub use embedded::{Embedded, Purpose};
pub use setup::{Ready, as_dapr, as_user, lost, migrate, prepare, running, start_embedded};
pub use template::make_template;
pub use url::DatabaseUrl;
