//! One request, from Spin and back.

use futures::{SinkExt, StreamExt};
use serde_json::json;
use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};
use store::statement;

use crate::caller::{Credential, check_site, credential};
use crate::correlation::{correlation_id, traceparent};
use crate::finish::finish;
use crate::route::{Found, find};
use crate::{Problem, Request, Response, Route, etag, issuers, limits, log};

/// Answers a request by the function's routes. Whatever goes wrong becomes a problem here, and a
/// fault of ours is logged here, once.
pub async fn serve(function: &str, routes: &[Route], incoming: IncomingRequest, out: ResponseOutparam) {
    let mut request = head(&incoming);
    let response = answer(routes, incoming, &mut request).await.unwrap_or_else(|problem| {
        report(function, &problem, &request);
        if let Some(cause) = problem.cause() {
            log::fault(function, &request.correlation_id, cause);
        }
        problem.into_response(&request.correlation_id)
    });
    send(finish(response, &request), &request, out).await;
}

async fn answer(routes: &[Route], incoming: IncomingRequest, request: &mut Request) -> Result<Response, Problem> {
    if request.path.len() + request.query.len() > limits::TARGET {
        return Err(Problem::target_too_long());
    }
    let (handler, open) = match find(routes, request)? {
        Found::Route { handler, open } => (handler, open),
        Found::Methods(allowed) => return Ok(Response::empty().with("allow", allowed)),
    };
    check_site(request)?;
    etag::check(request)?;
    if !open && let Credential::Jwt(token) = credential(request)? {
        request.issued = Some(issuers::verify(request, token).await?);
    }
    read_body(incoming, request).await?;
    handler(request)
}

/// Notes a refusal that concerns safety. That the note cannot be written is a fault, but the refusal stands.
fn report(function: &str, problem: &Problem, request: &Request) {
    let Some((event, what)) = problem.event() else { return };
    let note = json!({ "type": event, "what": what, "route": format!("{} {}", request.method, request.path) });
    if let Err(store::Refusal::Fault(cause)) = store::run(statement!("report.sql"), &request.anybody(), &note) {
        log::fault(function, &request.correlation_id, &cause);
    }
}

/// The request without its body.
fn head(incoming: &IncomingRequest) -> Request {
    let headers = incoming
        .headers()
        .entries()
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), String::from_utf8(value).ok()?)))
        .collect();
    let target = incoming.path_with_query().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut request = Request {
        method: incoming.method().to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
        parameters: Vec::new(),
        correlation_id: String::new(),
        traceparent: None,
        issued: None,
    };
    request.correlation_id = correlation_id(request.header("x-correlation-id"));
    request.traceparent = traceparent(request.header("traceparent"));
    request
}

async fn read_body(incoming: IncomingRequest, request: &mut Request) -> Result<(), Problem> {
    if matches!(request.method.as_str(), "GET" | "HEAD") {
        return Ok(());
    }
    let is_dapr = request.path.starts_with("/internal/") && request.must_come_from_dapr().is_ok();
    let most = if is_dapr { limits::FROM_DAPR } else { limits::BODY };
    let announced = request.header("content-length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Problem::too_large());
    }
    let mut stream = incoming.into_body_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::malformed("The body broke off."))?;
        if request.body.len() + chunk.len() > most {
            return Err(Problem::too_large());
        }
        request.body.extend_from_slice(&chunk);
    }
    Ok(())
}

async fn send(response: Response, request: &Request, out: ResponseOutparam) {
    let length = response.body.len().to_string();
    let own = [("x-correlation-id", request.correlation_id.clone())];
    // There is no body to a 204 or a 304, so it has no length either.
    let length = (!matches!(response.status, 204 | 304)).then_some(("content-length", length));
    let headers: Vec<(String, Vec<u8>)> = response
        .headers
        .into_iter()
        .chain(own)
        .chain(length)
        .map(|(name, value)| (name.to_owned(), value.into_bytes()))
        .collect();
    let fields = Fields::from_list(&headers).unwrap_or_else(|_| Fields::new());
    let outgoing = OutgoingResponse::new(fields);
    // Both fail only for statuses and headers that HTTP does not have, and none is made here.
    let _ = outgoing.set_status_code(response.status);
    let mut body = outgoing.take_body();
    out.set(outgoing);
    if request.method != "HEAD" {
        // A client that went away does not wait for its answer.
        let _ = body.send(response.body).await;
    }
}
