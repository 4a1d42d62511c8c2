//! Serving a request, from Spin and back.

use std::collections::HashMap;
use std::time::Instant;

use futures::future::LocalBoxFuture;
use futures::{FutureExt, SinkExt, StreamExt};
use serde_json::json;
use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};
use store::{Context, Refusal, statement};

use crate::correlation::{correlation_id, traceparent};
use crate::credentials::{Credential, check_site, credential};
use crate::finish::finish;
use crate::grip::is_proxied;
use crate::record::record;
use crate::route::{RouteMatch, find_route};
use crate::{Output, Problem, Request, Response, Route, etag, issuers, json, limits, log};

/// Message of the log line of a request that failed.
const FAULT: &str = "the request failed with an internal error";

/// Exports a function as a component, from its name and its table of routes.
#[macro_export]
macro_rules! export {
    ($function:literal, $routes:ident) => {
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the code that exports a component is generated")]
        mod component {
            use spin_sdk::http::{IncomingRequest, ResponseOutparam};

            #[spin_sdk::http_component]
            async fn handle(request: IncomingRequest, out: ResponseOutparam) {
                $crate::serve($function, super::$routes, request, out).await;
            }
        }
    };
}

/// Responds to a request by the function's routes, and then does the work that remains: recording the
/// request, publishing events, and what the handler has added to its response. Every error becomes a problem
/// here, and a fault is logged here, once.
///
/// The future is boxed, so that it is compiled in this crate and not again in each function.
pub fn serve<'a>(
    function: &'a str,
    routes: &'a [Route],
    incoming: IncomingRequest,
    out: ResponseOutparam,
) -> LocalBoxFuture<'a, ()> {
    respond(function, routes, incoming, out).boxed_local()
}

async fn respond(function: &str, routes: &[Route], incoming: IncomingRequest, out: ResponseOutparam) {
    let started = Instant::now();
    let mut request = read_head(&incoming);
    log::report_panics(function, &request.correlation_id);
    let mut response = dispatch(function, routes, incoming, &mut request).await.unwrap_or_else(|problem| {
        report(function, &problem, &request);
        if let Some(cause) = problem.cause() {
            log::fault(function, &request.correlation_id, FAULT, cause);
        }
        problem.into_response(&request.correlation_id)
    });
    let (stream, work) = (response.stream.take(), response.after.take());
    let response = finish(count(function, response, &request), &request);
    let (status, duration) = (response.status, started.elapsed());
    let output = send(response, &request, out, stream.is_some()).await;
    record(function, &request, status, duration);
    if let (Some(stream), Some(output)) = (stream, output) {
        publish(function, &request).await;
        stream.run(&request, output).await;
    }
    if let Some(work) = work {
        futures::join!(publish(function, &request), work.run(&request));
    }
    // The work may have added events of its own.
    publish(function, &request).await;
}

/// Publishes the events of all shards whose lease this request has got so far.
pub async fn publish(function: &str, request: &Request) {
    for refusal in outbox::publish(request.context.take_leases()).await {
        log::fault(function, &request.correlation_id, "the outbox cannot be published", &refusal);
    }
}

async fn dispatch(
    function: &str,
    routes: &[Route],
    incoming: IncomingRequest,
    request: &mut Request,
) -> Result<Response, Problem> {
    if request.path.len() + request.query.len() > limits::TARGET {
        return Err(Problem::target_too_long());
    }
    let (handler, open, takes_nothing) = match find_route(routes, request)? {
        RouteMatch::Route { handler, open, takes_nothing } => (handler, open, takes_nothing),
        RouteMatch::Methods(allowed) => return Ok(Response::empty().with("allow", allowed)),
    };
    check_site(request)?;
    etag::check_conditions(request)?;
    if !open && let Credential::Jwt(token) = credential(request)? {
        request.issued = Some(issuers::verify(function, request, token).await?);
    }
    read_body(incoming, request).await?;
    if takes_nothing {
        json::reject_body(request)?;
    }
    loop {
        match handler(request) {
            Err(problem) if problem.is_unknown_caller() && request.use_next_cookie() => {}
            result => return result,
        }
    }
}

/// Reports a security incident as an event. If that fails, the response to the client stays the same.
fn report(function: &str, problem: &Problem, request: &Request) {
    let Some((event, what)) = problem.incident() else { return };
    let input =
        json!({ "type": event, "what": what, "route": format!("{} {}", request.method, request.path) });
    if let Err(refusal @ Refusal::Fault(_)) = request.anonymous().rows(statement!("report.sql"), &input) {
        log::fault(function, &request.correlation_id, FAULT, &refusal);
    }
}

/// Counts a request against the limit of its address if no call to the database has done that: if it failed
/// before, or succeeded without a call. So no kind of request is free, except health checks and those of Dapr
/// and of proxies. It costs one call, before the response, so that a client cannot have more of them at once
/// than it has connections.
fn count(function: &str, response: Response, request: &Request) -> Response {
    let (context, status) = (&request.context, response.status);
    let is_counted = context.quota().is_some() || (status < 400 && context.has_reply());
    if is_counted || status >= 500 || is_uncounted(request) {
        return response;
    }
    match request.anonymous().rows(statement!("count.sql"), &json!({})) {
        Err(refusal @ Refusal::RateLimited { .. }) => {
            Problem::from(refusal).into_response(&request.correlation_id)
        }
        Err(refusal @ Refusal::Fault(_)) => {
            log::fault(function, &request.correlation_id, "the request cannot be counted", &refusal);
            response
        }
        // Whatever else goes wrong, the request has its response already.
        _ => response,
    }
}

/// True for the health check that needs nothing but the process, and for calls of Dapr and of proxies.
fn is_uncounted(request: &Request) -> bool {
    let is_ours = || request.must_come_from_dapr().is_ok() || matches!(is_proxied(request), Ok(true));
    request.path == "/live" || (request.path.starts_with("/internal/") && is_ours())
}

/// Reads the request without its body.
fn read_head(incoming: &IncomingRequest) -> Request {
    let mut headers: HashMap<String, String> = HashMap::new();
    for (name, value) in incoming.headers().entries() {
        let (name, Ok(value)) = (name.to_ascii_lowercase(), String::from_utf8(value)) else { continue };
        match headers.get_mut(&name) {
            // Several headers of a name are one list. Spin adds its own behind those of the client.
            Some(values) if !name.starts_with("spin-") => {
                values.push_str(if name == "cookie" { "; " } else { ", " });
                values.push_str(&value);
            }
            _ => _ = headers.insert(name, value),
        }
    }
    let target = incoming.path_with_query().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut request = Request {
        method: incoming.method().to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
        parameters: Vec::new(),
        route: None,
        correlation_id: String::new(),
        traceparent: None,
        cookie: 0,
        issued: None,
        context: Context::default(),
    };
    request.correlation_id = correlation_id(request.header("x-correlation-id"));
    request.traceparent = traceparent(request.header("traceparent"));
    request
}

async fn read_body(incoming: IncomingRequest, request: &mut Request) -> Result<(), Problem> {
    if matches!(request.method.as_str(), "GET" | "HEAD") {
        return Ok(());
    }
    json::check_encoding(request)?;
    let is_dapr = request.path.starts_with("/internal/") && request.must_come_from_dapr().is_ok();
    let most = if is_dapr { limits::FROM_DAPR } else { limits::BODY };
    // A component counts in 32 bits, which a client need not fit into.
    let announced = request.header("content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(Problem::too_large());
    }
    let mut stream = incoming.into_body_stream();
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| Problem::malformed("The connection was closed in the middle of the body."))?;
        if request.body.len() + chunk.len() > most {
            return Err(Problem::too_large());
        }
        request.body.extend_from_slice(&chunk);
    }
    Ok(())
}

/// Sends a response. If it is streamed, only its head is sent, and the body is returned.
async fn send(
    response: Response,
    request: &Request,
    out: ResponseOutparam,
    is_streamed: bool,
) -> Option<Output> {
    let length = response.body.len().to_string();
    let own = [("x-correlation-id", request.correlation_id.clone())];
    // A 204 or a 304 has no body, and so no length.
    let has_length = !is_streamed && !matches!(response.status, 204 | 304);
    let length = has_length.then_some(("content-length", length));
    let headers: Vec<(String, Vec<u8>)> = response
        .headers
        .into_iter()
        .chain(own)
        .chain(length)
        .map(|(name, value)| (name.to_owned(), value.into_bytes()))
        .collect();
    let fields = Fields::from_list(&headers).unwrap_or_else(|_| Fields::new());
    let outgoing = OutgoingResponse::new(fields);
    // Both fail only for invalid statuses and headers, which are never made here.
    let _ = outgoing.set_status_code(response.status);
    let mut body = outgoing.take_body();
    out.set(outgoing);
    if request.method == "HEAD" {
        return None;
    }
    if is_streamed {
        return Some(Output::new(body));
    }
    // Fails only if the client has closed the connection.
    let _ = body.send(response.body).await;
    None
}
