//! Component for the tests of the host. The first segment of the path selects a behaviour.

#![allow(unsafe_code, reason = "the export of the component is generated")]

mod database;
mod echo;
mod fetch;
mod misbehave;
mod print;
mod sandbox;
mod streams;
mod variable;

use anyhow::Result;
use serde_json::Value;
use spin_sdk::http::{Headers, IncomingRequest, OutgoingResponse, ResponseOutparam};
use spin_sdk::http_component;

#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    route(request, out).await.expect("the request of a test is valid");
}

async fn route(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let path = request.path_with_query().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
        "hello" => text(out, 200, "hello").await,
        "database" => database::run(request, out).await,
        "fetch" => fetch::run(request, out).await,
        "lines" => print::run(request, out).await,
        "variable" => variable::run(query, out).await,
        "upload" => streams::upload(request, out).await,
        "pass" => streams::pass(request, out).await,
        "ticks" => streams::ticks(query, out).await,
        "before" => streams::before(query, out).await,
        "after" => streams::after(query, out).await,
        "trap" => misbehave::trap(query, out).await,
        "burn" => misbehave::burn(out).await,
        "sleep" => misbehave::sleep(query, out).await,
        "allocate" => misbehave::allocate(query, out).await,
        "count" => sandbox::count(out).await,
        "sandbox" => sandbox::inspect(out).await,
        _ => echo::run(request, out).await,
    }
}

fn response(status: u16) -> OutgoingResponse {
    let response = OutgoingResponse::new(Headers::new());
    response.set_status_code(status).expect("the status code is valid");
    response
}

async fn text(out: ResponseOutparam, status: u16, body: impl Into<Vec<u8>>) -> Result<()> {
    // Fails if the client has disconnected, which is no failure of the guest.
    let _ = out.set_with_body(response(status), body.into()).await;
    Ok(())
}

async fn json(out: ResponseOutparam, body: &Value) -> Result<()> {
    text(out, 200, body.to_string()).await
}

/// Parses the query string as a number.
fn number(query: &str) -> u64 {
    query.parse().unwrap_or(0)
}
