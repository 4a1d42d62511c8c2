//! Results, and the members that all of them have.

use rust_mcp_schema::{Implementation, RequestId, ResultMetaObject};
use serde_json::{Value, json};
use web::Response;

use super::error::RpcError;

/// The HTTP response of a method, or its error.
pub type RpcResult = Result<Response, RpcError>;

/// Time for which clients may cache content that changes only with a release: five minutes.
pub const CACHE_TTL_MS: u64 = 300_000;

/// The response to the request of that id.
pub fn success(id: &RequestId, result: &Value) -> Response {
    Response::json(200, json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string())
}

/// The `_meta` of every result: the server that made it.
pub fn result_meta() -> ResultMetaObject {
    ResultMetaObject { io_modelcontextprotocol_server_info: Some(server_info()), extra: None }
}

/// Name and version of this server.
pub fn server_info() -> Implementation {
    Implementation {
        name: "taskflow".into(),
        title: Some("TaskFlow".into()),
        version: env!("CARGO_PKG_VERSION").into(),
        description: Some("To-do lists that people manage by talking to an assistant".into()),
        icons: Vec::new(),
        website_url: None,
    }
}
