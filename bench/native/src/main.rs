//! A native server that does the same work as TaskFlow's functions, with which `cargo dev bench` compares
//! them.
//!
//! It parses the same input, calls the same statements with the same principal, and returns the same JSON.

use actions::tasks::NewTask;
use anyhow::{Context, bail};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use deadpool_postgres::Pool;
use domain::{Field, ItemId};
use serde_json::{Value, json};
use store::{Identity, Principal, ReplayKey};

const CREATE: &str = include_str!("../../../crates/actions/src/tasks/create.sql");
const LIST: &str = include_str!("../../../crates/actions/src/tasks/list.sql");
const CONNECTIONS: usize = 64;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = std::env::var("DATABASE_URL").context("DATABASE_URL is not set")?;
    let manager = deadpool_postgres::Manager::new(url.parse()?, tokio_postgres::NoTls);
    let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
    let app = Router::new()
        .route("/live", get(async || Json(json!({ "status": "up" }))))
        .route("/api/tasks", get(list).post(create))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn create(State(pool): State<Pool>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let Ok(task) = NewTask::parse(&body) else { return StatusCode::UNPROCESSABLE_ENTITY.into_response() };
    let id = ItemId::new(web::now_ms(), web::random());
    let mut input = json!(task);
    input["id"] = json!(id);
    let replay_key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(|key| ReplayKey {
        id: web::fingerprint(key)[..32].to_owned(),
        fingerprint: web::fingerprint(body.to_string()),
    });
    let rows = call(&pool, "create", CREATE, &headers, replay_key, &input).await;
    respond(rows.map(|mut rows| rows.pop()), StatusCode::CREATED)
}

async fn list(State(pool): State<Pool>, headers: HeaderMap) -> Response {
    let input = json!({ "sort_by": "created_at", "descending": true, "limit": 50, "offset": 0 });
    let rows = call(&pool, "list", LIST, &headers, None, &input).await;
    respond(rows.map(|mut rows| rows.pop()), StatusCode::OK)
}

/// Calls a statement and returns the rows of its body.
async fn call(
    pool: &Pool,
    stem: &str,
    body: &str,
    headers: &HeaderMap,
    replay_key: Option<ReplayKey>,
    input: &Value,
) -> anyhow::Result<Vec<String>> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let identity = Identity::Session { session: web::fingerprint(token.trim_start_matches("Bearer ")) };
    let principal = Principal {
        correlation_id: web::hex(&web::random::<16>()),
        address: Some("127.0.0.1".into()),
        replay_key,
        ..Principal::new(identity, "user")
    };
    let client = pool.get().await?;
    let name = frames::installed_name(stem, frames::hash(body));
    let statement =
        client.prepare_cached(&format!("select kind, body from statements.{name}($1, $2)")).await?;
    let rows = client.query(&statement, &[&json!(principal), &input]).await?;
    let of_kind =
        |kind: &str| rows.iter().filter(|row| row.get::<_, &str>(0) == kind).map(|row| row.get(1)).collect();
    let refusals: Vec<String> = of_kind("refusal");
    if !refusals.is_empty() {
        bail!("the statement {stem} refused the request");
    }
    Ok(of_kind("row"))
}

fn respond(result: anyhow::Result<Option<String>>, status: StatusCode) -> Response {
    match result {
        Ok(Some(json)) => (status, [(header::CONTENT_TYPE, "application/json")], json).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
