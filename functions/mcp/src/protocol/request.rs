//! A request of a client.

use rust_mcp_schema::RequestId;
use serde_json::{Map, Value};
use web::{Problem, Request};

use super::error::{INVALID_PARAMS, RpcError};
use super::revision::ClientInfo;

/// A JSON-RPC request whose envelope has been checked; its parameters have not.
#[derive(Debug)]
pub struct RpcRequest<'a> {
    /// The HTTP request that carries it.
    pub http: &'a Request,
    pub id: RequestId,
    pub client: ClientInfo,
    pub params: Map<String, Value>,
}

impl RpcRequest<'_> {
    /// Returns a parameter that is a string.
    pub fn text(&self, name: &str) -> Result<&str, RpcError> {
        let text = self.params.get(name).and_then(Value::as_str);
        text.ok_or_else(|| RpcError::new(INVALID_PARAMS, format!("`{name}` must be a string.")))
    }

    /// Returns the arguments, which may be left out.
    pub fn arguments(&self) -> Result<Map<String, Value>, RpcError> {
        match self.params.get("arguments") {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(arguments)) => Ok(arguments.clone()),
            Some(_) => Err(RpcError::new(INVALID_PARAMS, "`arguments` must be an object.")),
        }
    }

    /// The caller, acting through an agent that is named after its client.
    pub fn caller(&self) -> Result<store::Client<'_>, Problem> {
        let mut caller = self.http.caller()?;
        caller.principal.actor = "agent";
        caller.principal.actor_name = self.client.name.clone();
        caller.principal.zoned = true;
        Ok(caller)
    }
}
