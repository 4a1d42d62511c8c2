//! Requests of a scenario.

/// HTTP request, with the input of the statement that it leads to.
#[derive(Debug)]
pub struct Request {
    /// Request line without the version.
    pub line: &'static str,
    /// Body.
    pub body: &'static str,
    /// Members to add to the input of the call.
    pub input: &'static str,
}
