//! A request of a client.

use rust_mcp_schema::RequestId;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use web::{Problem, Request};

use super::error::{INVALID_PARAMS, RpcError, explain};
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
    /// Parses the parameters. The schema's types require the `_meta` of the newest revision, so it is always
    /// filled in.
    pub fn params<T: DeserializeOwned>(&self) -> Result<T, RpcError> {
        let mut params = self.params.clone();
        params.insert("_meta".into(), self.client.meta());
        serde_json::from_value(params.into()).map_err(|error| {
            RpcError::new(INVALID_PARAMS, format!("The parameters are invalid: {}", explain(&error)))
        })
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
