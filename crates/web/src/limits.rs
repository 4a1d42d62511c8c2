//! Limits of the size of requests.

/// Maximum bytes of a body. The host accepts more, so this is checked while it is read.
pub const BODY: usize = 1024 * 1024;

/// Maximum bytes of a body from Dapr, which may hold a hundred events.
pub const FROM_DAPR: usize = 64 * 1024 * 1024;

/// Maximum bytes of a path with its query.
pub const TARGET: usize = 8 * 1024;
