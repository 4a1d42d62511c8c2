//! Progress of work that takes long.

pub use operations::Step;
