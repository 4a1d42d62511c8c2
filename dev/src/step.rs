//! Progress: what takes long says that it began, and how long it took.

use std::time::Instant;

/// Something that takes long. Says so when it begins.
pub struct Step(Instant);

impl Step {
    /// Begins.
    pub fn begin(what: &str) -> Self {
        eprintln!("· {what} …");
        Self(Instant::now())
    }

    /// Ended well.
    pub fn end(self, how: &str) {
        eprintln!("  {how} ({:.1} s)", self.0.elapsed().as_secs_f32());
    }
}
