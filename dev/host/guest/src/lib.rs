//! The component that the host is tested with: one behaviour a file, chosen by the first part of the path.

#![allow(unsafe_code, reason = "what exports the component is generated")]

mod database;
mod echo;
mod fetch;
mod misbehave;
mod print;
mod settings;
mod streams;
mod world;

use anyhow::Result;
use serde_json::Value;
use spin_sdk::{
    http::{Headers, IncomingRequest, OutgoingResponse, ResponseOutparam},
    http_component,
};

#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    behave(request, out).await.expect("the test asks for something possible");
}

async fn behave(request: IncomingRequest, out: ResponseOutparam) -> Result<()> {
    let path = request.path_with_query().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
        "hello" => text(out, 200, "hello").await,
        "database" => database::run(request, out).await,
        "fetch" => fetch::run(request, out).await,
        "lines" => print::run(request, out).await,
        "setting" => settings::run(query, out).await,
        "upload" => streams::upload(request, out).await,
        "pass" => streams::pass(request, out).await,
        "ticks" => streams::ticks(query, out).await,
        "before" => streams::before(query, out).await,
        "after" => streams::after(query, out).await,
        "trap" => misbehave::trap(query, out).await,
        "burn" => misbehave::burn(out).await,
        "sleep" => misbehave::sleep(query, out).await,
        "allocate" => misbehave::allocate(query, out).await,
        "count" => world::count(out).await,
        "world" => world::look(out).await,
        _ => echo::run(request, out).await,
    }
}

fn response(status: u16) -> OutgoingResponse {
    let response = OutgoingResponse::new(Headers::new());
    response.set_status_code(status).expect("tests use real status codes");
    response
}

async fn text(out: ResponseOutparam, status: u16, body: impl Into<Vec<u8>>) -> Result<()> {
    // A client that has gone is none of the guest's concern.
    let _ = out.set_with_body(response(status), body.into()).await;
    Ok(())
}

async fn json(out: ResponseOutparam, body: &Value) -> Result<()> {
    text(out, 200, body.to_string()).await
}

/// The number after `?`.
fn number(query: &str) -> u64 {
    query.parse().unwrap_or(0)
}
