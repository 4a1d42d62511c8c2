//! JSON-RPC and the Model Context Protocol: requests and their callers, revisions, responses, errors. Nothing
//! here runs a method or a tool.

mod error;
mod page;
mod request;
mod response;
mod revision;

pub use error::{
    INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, RESOURCE_NOT_FOUND, RpcError,
};
pub use page::page;
pub use request::RpcRequest;
pub use response::{CACHE_TTL_MS, RpcResult, result_meta, server_info, success};
pub use revision::{ClientInfo, Era, REVISIONS, session_id};
