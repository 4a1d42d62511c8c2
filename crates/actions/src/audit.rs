//! Use cases of the audit trail.

pub mod list;

pub use list::{AuditQuery, list};
