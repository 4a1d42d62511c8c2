//! `POST /mcp`: one message in, one message out.

use rust_mcp_schema::{JsonrpcNotification, JsonrpcRequest, RequestId};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use web::{Problem, Request, Response};

use crate::failure::{Failure, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR};
use crate::revision::{Client, Era};
use crate::{access, call, completion, hello, prompts, resources, table};

/// A request of a client, checked as far as its method does not matter.
#[derive(Debug)]
pub struct Asked<'a> {
    pub request: &'a Request,
    pub client: Client,
    pub params: Map<String, Value>,
}

impl Asked<'_> {
    /// The parameters as a type. The protocol's types want what only its newest revision has, so it is always there.
    pub fn params<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let mut params = self.params.clone();
        params.insert("_meta".into(), self.client.meta());
        serde_json::from_value(params.into())
            .map_err(|error| Failure::new(INVALID_PARAMS, format!("The parameters are not as they must be: {error}")))
    }

    /// In whose name something is looked at or done: an agent's, which calls itself as its client does.
    pub fn principal(&self) -> Result<store::Principal, Problem> {
        Ok(store::Principal {
            actor: "agent",
            actor_name: self.client.name.clone(),
            zoned: true,
            ..self.request.caller()?
        })
    }
}

/// A result: JSON text, and headers that go with it.
pub type Answer = Result<Response, Failure>;

pub fn run(request: &Request) -> Result<Response, Problem> {
    access::check_origin(request)?;
    let message = match request.json() {
        Ok(message) => message,
        Err(problem) if problem.status() == 415 => return Err(problem),
        Err(problem) => {
            let failure = Failure::bad(PARSE_ERROR, problem.detail());
            let failure = match problem.errors() {
                [] => failure,
                errors => failure.with(json!({ "errors": errors })),
            };
            return failure.answer(request, None);
        }
    };
    if message.get("method").is_some() && message.get("id").is_none() {
        // Nothing that a client tells changes anything here.
        return match serde_json::from_value::<JsonrpcNotification>(message) {
            Ok(_) => Ok(Response::accepted()),
            Err(error) => {
                Failure::bad(INVALID_REQUEST, format!("This is no notification: {error}.")).answer(request, None)
            }
        };
    }
    let one: JsonrpcRequest = match read(message) {
        Ok(one) => one,
        Err(failure) => return failure.answer(request, None),
    };
    let id = one.id.clone();
    answer(request, one).or_else(|failure| failure.answer(request, Some(id)))
}

fn read(message: Value) -> Result<JsonrpcRequest, Failure> {
    if message.is_array() {
        return Err(Failure::bad(
            INVALID_REQUEST,
            "Send one message at a time: there are no batches in this revision.",
        ));
    }
    serde_json::from_value(message).map_err(|error| {
        let shape = r#"send {"jsonrpc": "2.0", "id": 1, "method": "…", "params": {…}}"#;
        Failure::bad(INVALID_REQUEST, format!("This is no request ({error}): {shape}."))
    })
}

fn answer(request: &Request, message: JsonrpcRequest) -> Answer {
    if !accepts_json(request) {
        let detail = "The answer is JSON: accept application/json and text/event-stream.";
        return Err(Failure::new(INVALID_REQUEST, detail).status(406));
    }
    let params = message.params.map(|params| json!(params)).and_then(|params| params.as_object().cloned());
    let params = params.unwrap_or_default();
    let client = Client::read(request, &message.method, &params)?;
    let (era, id) = (client.era, message.id);
    let asked = Asked { request, client, params };
    match (message.method.as_str(), era) {
        ("initialize", Era::Legacy) => hello::initialize(&asked, &id),
        ("ping", Era::Legacy) => Ok(respond(&id, &json!({}))),
        ("server/discover", Era::Modern) => hello::discover(&asked, &id),
        ("tools/list", _) => table::list(&asked, &id),
        ("tools/call", _) => Ok(respond(&id, &call::call(&asked)?)),
        ("prompts/list", _) => Ok(respond(&id, &prompts::list(&asked)?)),
        ("prompts/get", _) => Ok(respond(&id, &prompts::get(&asked)?)),
        ("resources/list", _) => Ok(respond(&id, &resources::list(&asked)?)),
        ("resources/templates/list", _) => Ok(respond(&id, &resources::templates(&asked)?)),
        ("resources/read", _) => Ok(respond(&id, &resources::read(&asked)?)),
        ("completion/complete", _) => Ok(respond(&id, &completion::complete(&asked)?)),
        (unknown, era) => {
            let failure = Failure::new(
                METHOD_NOT_FOUND,
                format!("There is no method {:?} here.", unknown.chars().take(100).collect::<String>()),
            );
            Err(if era == Era::Modern { failure.status(404) } else { failure })
        }
    }
}

/// The response with that result.
pub fn respond(id: &RequestId, result: &Value) -> Response {
    Response::json(200, json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string())
}

fn accepts_json(request: &Request) -> bool {
    let Some(accepted) = request.header("accept") else { return true };
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        !refused && matches!(kind.as_str(), "*/*" | "application/*" | "application/json")
    })
}
