//! `POST /mcp`: one message in, one message out.

use rust_mcp_schema::{JsonrpcRequest, RequestId};
use serde_json::{Value, json};
use web::{Problem, Request, Response};

use crate::protocol::{ClientInfo, INVALID_REQUEST, PARSE_ERROR, RpcError, RpcRequest, RpcResult};
use crate::{access, methods};

/// Maximum bytes of the id of a request.
const MAX_ID: usize = 1000;

/// Responds to a message.
pub fn run(request: &Request) -> Result<Response, Problem> {
    access::check_origin(request)?;
    let (id, message) = match request.json() {
        Ok(message) => (read_id(&message), parse(&message)),
        Err(problem) if problem.status() == 415 => return Err(problem),
        Err(problem) => (None, Err(unreadable(&problem))),
    };
    // The id of a response is that of another request.
    let id = id.filter(|_| !matches!(message, Ok(None)));
    let response = message.and_then(|message| match message {
        Some(message) => respond(request, message),
        None => Ok(Response::accepted()),
    });
    check_token(request, response).or_else(|error| error.into_response(request, id))
}

/// Rejects an invalid token. Each call of the database does so; a message that needed none has its token
/// checked here, whatever its response would be.
fn check_token(request: &Request, response: RpcResult) -> RpcResult {
    let is_problem = matches!(response, Err(RpcError::Problem(_)));
    if !is_problem && !request.context().has_reply() {
        access::scopes(&request.caller()?)?;
    }
    response
}

fn unreadable(problem: &Problem) -> RpcError {
    let error = RpcError::malformed(PARSE_ERROR, problem.detail());
    match problem.errors() {
        [] => error,
        errors => error.with_data(json!({ "errors": errors })),
    }
}

/// Parses a message. Returns `None` for one without a response: no notification has an effect on this server,
/// and as it asks clients nothing, a response to it has none either.
fn parse(message: &Value) -> Result<Option<JsonrpcRequest>, RpcError> {
    if message.is_array() {
        let detail = "Send one message at a time: this revision has no batches.";
        return Err(RpcError::malformed(INVALID_REQUEST, detail));
    }
    if is_response(message) {
        return Ok(None);
    }
    let Value::Object(members) = message else { return Err(invalid("The message must be an object")) };
    if message["jsonrpc"] != "2.0" {
        return Err(invalid("`jsonrpc` must be \"2.0\""));
    }
    let Value::String(method) = &message["method"] else { return Err(invalid("`method` must be a string")) };
    let params = match members.get("params") {
        None | Some(Value::Null) => None,
        Some(Value::Object(params)) => Some(params.clone()),
        Some(_) => return Err(invalid("`params` must be an object")),
    };
    if !members.contains_key("id") {
        return Ok(None);
    }
    let id = read_id(message).ok_or_else(|| {
        invalid(&format!("`id` must be a string of at most {MAX_ID} bytes, or a whole number"))
    })?;
    Ok(Some(JsonrpcRequest::new(id, method.clone(), params)))
}

/// Reads the id of a message, which the response repeats even if the rest of the message is invalid.
fn read_id(message: &Value) -> Option<RequestId> {
    match &message["id"] {
        Value::String(id) if id.len() <= MAX_ID => Some(RequestId::String(id.clone())),
        Value::Number(id) => id.as_i64().map(RequestId::Integer),
        _ => None,
    }
}

fn invalid(detail: &str) -> RpcError {
    let shape = r#"{"jsonrpc": "2.0", "id": 1, "method": "…", "params": {…}}"#;
    RpcError::malformed(INVALID_REQUEST, format!("{detail}. Send {shape}."))
}

/// True for a response. Revisions differ in the members of a result, so these are not parsed.
fn is_response(message: &Value) -> bool {
    let has = |member: &str| message.get(member).is_some();
    message["jsonrpc"] == "2.0" && !has("method") && has("result") != has("error")
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
