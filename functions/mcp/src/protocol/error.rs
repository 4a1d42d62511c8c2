//! The errors of JSON-RPC, and the HTTP responses that carry them.

use std::error::Error;
use std::fmt::{Display, Formatter};

use domain::shorten_to;
use rust_mcp_schema as schema;
use serde_json::{Value, json};
use web::{Problem, Request, Response};

pub const PARSE_ERROR: i64 = -32_700;
pub const INVALID_REQUEST: i64 = -32_600;
pub const METHOD_NOT_FOUND: i64 = -32_601;
pub const INVALID_PARAMS: i64 = -32_602;
pub const INTERNAL_ERROR: i64 = -32_603;
/// An unknown resource, in revisions before 2026-07-28.
pub const RESOURCE_NOT_FOUND: i64 = -32_002;
pub const HEADER_MISMATCH: i64 = -32_020;
pub const UNSUPPORTED_VERSION: i64 = -32_022;

/// Maximum number of characters of a message, as some quote the request.
const MAX_MESSAGE: usize = 1000;

/// The reason why a request has no result.
#[derive(Debug)]
pub enum RpcError {
    /// The message breaks the protocol, or names something that does not exist.
    Protocol { http_status: u16, code: i64, message: String, data: Option<Value> },
    /// The layers below failed: the caller is not signed in, the database is unavailable.
    Problem(Problem),
}

impl RpcError {
    /// An error of a well-formed message: HTTP status 200.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        let message = shorten_to(MAX_MESSAGE, &message.into()).into_owned();
        Self::Protocol { http_status: 200, code, message, data: None }
    }

    /// An error of a message that breaks the protocol: HTTP status 400.
    pub fn malformed(code: i64, message: impl Into<String>) -> Self {
        Self::new(code, message).with_status(400)
    }

    pub fn with_status(mut self, status: u16) -> Self {
        if let Self::Protocol { http_status, .. } = &mut self {
            *http_status = status;
        }
        self
    }

    pub fn with_data(mut self, value: Value) -> Self {
        if let Self::Protocol { data, .. } = &mut self {
            *data = Some(value);
        }
        self
    }

    /// The response to the request of that id; `None` if the id could not be read.
    pub fn into_response(
        self,
        request: &Request,
        id: Option<schema::RequestId>,
    ) -> Result<Response, Problem> {
        match self {
            Self::Protocol { http_status, code, message, data } => {
                Ok(Response::json(http_status, envelope(id, code, message, data).to_string()))
            }
            // Clients start to sign in on a plain HTTP 401.
            Self::Problem(problem) if problem.status() == 401 => Err(problem),
            Self::Problem(problem) => {
                let code = if problem.status() < 500 { INVALID_REQUEST } else { INTERNAL_ERROR };
                let correlation_id = request.correlation_id();
                let message = format!("{} ({correlation_id})", problem.detail());
                let data = json!({ "correlation_id": correlation_id });
                Err(problem.with_body(envelope(id, code, message, Some(data))))
            }
        }
    }
}

fn envelope(id: Option<schema::RequestId>, code: i64, message: String, data: Option<Value>) -> Value {
    json!(schema::JsonrpcErrorResponse::new(schema::RpcError { code, message, data }, id))
}

impl Display for RpcError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Protocol { code, message, .. } => write!(f, "{message} ({code})"),
            Self::Problem(problem) => f.write_str(problem.detail()),
        }
    }
}

impl Error for RpcError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Protocol { .. } => None,
            Self::Problem(problem) => problem.source(),
        }
    }
}

impl From<Problem> for RpcError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<store::Refusal> for RpcError {
    fn from(refusal: store::Refusal) -> Self {
        Self::Problem(refusal.into())
    }
}
