//! How much of a request is taken.

/// Bytes of a body. The host takes more, so this is checked while it is read.
pub const BODY: usize = 1024 * 1024;

/// Bytes of a body that Dapr sends, which may hold a hundred events.
pub const FROM_DAPR: usize = 64 * 1024 * 1024;

/// Bytes of a path with its query.
pub const TARGET: usize = 8 * 1024;
