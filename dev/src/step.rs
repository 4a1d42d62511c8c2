//! Progress messages of long steps: their begin, and the time that they took.

use std::time::Instant;

/// A running step.
pub struct Step(Instant);

impl Step {
    /// Begins a step, and prints what it does.
    pub fn begin(action: &str) -> Self {
        eprintln!("· {action} …");
        Self(Instant::now())
    }

    /// Ends the step, and prints its result and duration.
    pub fn end(self, result: &str) {
        eprintln!("  {result} ({:.1} s)", self.0.elapsed().as_secs_f32());
    }
}
