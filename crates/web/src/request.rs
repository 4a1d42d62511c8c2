//! A request as handlers see it.

use std::collections::HashMap;
use std::str::FromStr;

use domain::Field;
use store::{Principal, Who};

use crate::{Problem, fingerprint, json};

/// A request as handlers see it.
#[derive(Debug)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) correlation_id: String,
    pub(crate) traceparent: Option<String>,
}

impl Request {
    /// A header's value; `None` also where it is not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as a type.
    pub fn body<T: Field>(&self) -> Result<T, Problem> {
        json::body(self)
    }

    /// The query as a type.
    pub fn query<T: Field>(&self) -> Result<T, Problem> {
        json::query(self)
    }

    /// A parameter of the path. What cannot be one names nothing, so it is not found.
    pub fn parameter<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.parameters
            .iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| value.parse().ok())
            .ok_or_else(Problem::not_found)
    }

    /// Who calls: the holder of the token. Whether that is anybody, the database says.
    pub fn caller(&self) -> Result<Principal, Problem> {
        Ok(self.principal(Who::Session(fingerprint(self.token()?))))
    }

    /// Somebody who does not have to say who they are.
    pub fn anybody(&self) -> Principal {
        self.principal(Who::Nobody {})
    }

    /// What the caller says to be known by.
    pub(crate) fn token(&self) -> Result<&str, Problem> {
        self.header("authorization")
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(Problem::not_signed_in)
    }

    fn principal(&self, who: Who) -> Principal {
        Principal {
            who,
            actor: "user",
            correlation_id: self.correlation_id.clone(),
            traceparent: self.traceparent.clone(),
        }
    }
}
