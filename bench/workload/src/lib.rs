//! Parts of all load generators: connections to a server, servers in processes of their own, users with
//! sessions.

mod connection;
pub mod process;
pub mod users;

pub use connection::Connection;
pub use process::Process;
