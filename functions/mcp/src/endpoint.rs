//! `POST /mcp`: one message in, one message out.

use rust_mcp_schema::{JsonrpcNotification, JsonrpcRequest};
use serde_json::{Value, json};
use web::{Problem, Request, Response};

use crate::protocol::{ClientInfo, INVALID_REQUEST, PARSE_ERROR, RpcError, RpcRequest, RpcResult};
use crate::{access, methods};

/// Responds to a message.
pub fn run(request: &Request) -> Result<Response, Problem> {
    access::check_origin(request)?;
    let message = match request.json() {
        Ok(message) => message,
        Err(problem) if problem.status() == 415 => return Err(problem),
        Err(problem) => {
            let error = RpcError::malformed(PARSE_ERROR, problem.detail());
            let error = match problem.errors() {
                [] => error,
                errors => error.with_data(json!({ "errors": errors })),
            };
            return error.into_response(request, None);
        }
    };
    if message.get("method").is_some() && message.get("id").is_none() {
        // No notification has an effect on this server.
        return match serde_json::from_value::<JsonrpcNotification>(message) {
            Ok(_) => Ok(Response::accepted()),
            Err(error) => RpcError::malformed(
                INVALID_REQUEST,
                format!("The message is not a valid notification: {error}."),
            )
            .into_response(request, None),
        };
    }
    let message = match parse(message) {
        Ok(message) => message,
        Err(error) => return error.into_response(request, None),
    };
    let id = message.id.clone();
    respond(request, message).or_else(|error| error.into_response(request, Some(id)))
}

fn parse(message: Value) -> Result<JsonrpcRequest, RpcError> {
    if message.is_array() {
        let detail = "Send one message at a time: this revision has no batches.";
        return Err(RpcError::malformed(INVALID_REQUEST, detail));
    }
    serde_json::from_value(message).map_err(|error| {
        let shape = r#"send {"jsonrpc": "2.0", "id": 1, "method": "…", "params": {…}}"#;
        RpcError::malformed(
            INVALID_REQUEST,
            format!("The message is not a valid request ({error}): {shape}."),
        )
    })
}

fn respond(request: &Request, message: JsonrpcRequest) -> RpcResult {
    if !accepts_json(request) {
        let detail = "The response is JSON: accept application/json and text/event-stream.";
        return Err(RpcError::new(INVALID_REQUEST, detail).with_status(406));
    }
    let params = message.params.map(|params| json!(params)).and_then(|params| params.as_object().cloned());
    let params = params.unwrap_or_default();
    let client = ClientInfo::read(request, &message.method, &params)?;
    methods::dispatch(&message.method, &RpcRequest { http: request, id: message.id, client, params })
}

fn accepts_json(request: &Request) -> bool {
    let Some(accepted) = request.header("accept") else { return true };
    accepted.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        !is_refused && matches!(media_type.as_str(), "*/*" | "application/*" | "application/json")
    })
}
