//! The audit trail, as people see it.

pub mod list;

pub use list::{Wanted, list};
