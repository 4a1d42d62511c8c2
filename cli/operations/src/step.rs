//! Progress of work that takes long.

use std::time::Instant;

/// Work that takes long. Prints a line when it begins, and the time it took when it ends.
#[derive(Debug)]
pub struct Step(Instant);

impl Step {
    /// Begins a step.
    pub fn begin(what: &str) -> Self {
        eprintln!("· {what} …");
        Self(Instant::now())
    }

    /// Ends it with a result.
    pub fn end(self, result: &str) {
        eprintln!("  {result} ({:.1} s)", self.0.elapsed().as_secs_f32());
    }
}
