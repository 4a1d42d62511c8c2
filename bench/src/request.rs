//! A request of a scenario.

/// Request.
pub struct Ask {
    /// Request line without the version.
    pub line: &'static str,
    /// Body.
    pub body: &'static str,
    /// Members to add to the input of the call.
    pub input: &'static str,
}
