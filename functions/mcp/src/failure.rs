//! What is answered instead of a result: the errors of JSON-RPC.

use rust_mcp_schema::{JsonrpcErrorResponse, RequestId, RpcError};
use serde_json::{Value, json};
use web::{Problem, Request, Response};

pub const PARSE_ERROR: i64 = -32_700;
pub const INVALID_REQUEST: i64 = -32_600;
pub const METHOD_NOT_FOUND: i64 = -32_601;
pub const INVALID_PARAMS: i64 = -32_602;
pub const INTERNAL_ERROR: i64 = -32_603;
/// What revisions before 2026-07-28 say of a resource that there is not.
pub const NO_RESOURCE: i64 = -32_002;
pub const HEADER_MISMATCH: i64 = -32_020;
pub const UNSUPPORTED_VERSION: i64 = -32_022;

/// Why there is no result.
#[derive(Debug)]
pub enum Failure {
    /// The message is not one of the protocol, or asks for what there is not.
    Said {
        /// The HTTP status that goes with it.
        status: u16,
        code: i64,
        message: String,
        data: Option<Value>,
    },
    /// What goes wrong below the protocol: nobody is signed in, the database is away.
    Below(Problem),
}

impl Failure {
    /// An error that is an answer as good as any: status 200.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self::Said { status: 200, code, message: message.into(), data: None }
    }

    /// The request breaks the protocol: status 400.
    pub fn bad(code: i64, message: impl Into<String>) -> Self {
        Self::new(code, message).status(400)
    }

    pub fn status(self, status: u16) -> Self {
        match self {
            Self::Said { code, message, data, .. } => Self::Said { status, code, message, data },
            below => below,
        }
    }

    pub fn with(self, data: Value) -> Self {
        match self {
            Self::Said { status, code, message, .. } => Self::Said { status, code, message, data: Some(data) },
            below => below,
        }
    }

    /// The answer to the request of that id, if it could be read.
    pub fn answer(self, request: &Request, id: Option<RequestId>) -> Result<Response, Problem> {
        match self {
            Self::Said { status, code, message, data } => {
                Ok(Response::json(status, error(id, RpcError { code, message, data }).to_string()))
            }
            // Who is not signed in hears of it in the words of HTTP: clients begin to sign in then.
            Self::Below(problem) if problem.status() == 401 => Err(problem),
            Self::Below(problem) => {
                let code = if problem.status() < 500 { INVALID_REQUEST } else { INTERNAL_ERROR };
                let known_by = json!({ "correlation_id": request.correlation_id() });
                let message = format!("{} ({})", problem.detail(), request.correlation_id());
                let said = RpcError { code, message, data: Some(known_by) };
                Err(problem.instead(error(id, said)))
            }
        }
    }
}

fn error(id: Option<RequestId>, error: RpcError) -> Value {
    json!(JsonrpcErrorResponse::new(error, id))
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Below(problem)
    }
}

impl From<store::Refusal> for Failure {
    fn from(refusal: store::Refusal) -> Self {
        Self::Below(refusal.into())
    }
}

impl From<actions::Problem> for Failure {
    fn from(problem: actions::Problem) -> Self {
        Self::Below(problem.into())
    }
}
