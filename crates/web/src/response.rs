//! A response as handlers make it.

use domain::Version;

use crate::etag::etag;

/// A response as handlers make it.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// A JSON text.
    pub fn json(status: u16, text: String) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: text.into_bytes() }
    }

    /// A JSON text of a thing that has a version.
    pub fn versioned(status: u16, text: String, version: Version) -> Self {
        Self::json(status, text).with("etag", etag(version))
    }

    /// Done, and there is nothing to say.
    pub fn empty() -> Self {
        Self { status: 204, headers: Vec::new(), body: Vec::new() }
    }

    /// Taken, and there is nothing to say.
    pub fn accepted() -> Self {
        Self { status: 202, ..Self::empty() }
    }

    /// Text of that media type.
    pub fn text(media_type: &str, text: String) -> Self {
        let headers = vec![("content-type", media_type.to_owned())];
        Self { status: 200, headers, body: text.into_bytes() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// With that header, in place of one of the same name.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }
}
