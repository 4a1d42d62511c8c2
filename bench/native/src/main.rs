//! The same work as TaskFlow's functions do, by a native server: what `cargo dev bench` measures them against.
//!
//! It parses the same input, calls the same statements with the same principal, and answers the same JSON.

use actions::tasks::{ListTasks, NewTask};
use anyhow::Context;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use deadpool_postgres::Pool;
use domain::{Field, TaskId};
use serde_json::{Value, json};
use store::{Principal, Who};

const CREATE: &str = include_str!("../../../crates/actions/src/tasks/create.sql");
const LIST: &str = include_str!("../../../crates/actions/src/tasks/list.sql");
const CONNECTIONS: usize = 64;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = std::env::var("DATABASE_URL").context("DATABASE_URL names the database")?;
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
    let id = TaskId::new(web::now_ms(), web::random());
    let mut input = json!(task);
    input["id"] = json!(id);
    answer(call(&pool, "create", CREATE, &headers, &input).await, StatusCode::CREATED)
}

async fn list(State(pool): State<Pool>, headers: HeaderMap) -> Response {
    let Ok(wanted) = ListTasks::parse(&json!({})) else { return StatusCode::UNPROCESSABLE_ENTITY.into_response() };
    answer(call(&pool, "list", LIST, &headers, &json!(wanted)).await, StatusCode::OK)
}

async fn call(pool: &Pool, stem: &str, body: &str, headers: &HeaderMap, input: &Value) -> anyhow::Result<String> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let principal = Principal {
        who: Who::Session { session: web::fingerprint(token.trim_start_matches("Bearer ")) },
        actor: "user",
        correlation_id: web::random::<16>().iter().map(|byte| format!("{byte:02x}")).collect(),
        traceparent: None,
        address: Some("127.0.0.1".into()),
        again: None,
    };
    let client = pool.get().await?;
    let name = store::installed_name(stem, store::hash(body));
    let statement = client.prepare_cached(&format!("select bodies.{name}($1, $2)")).await?;
    let row = client.query_one(&statement, &[&json!(principal), &input]).await?;
    Ok(row.get(0))
}

fn answer(result: anyhow::Result<String>, status: StatusCode) -> Response {
    match result {
        Ok(json) if !json.starts_with(r#"{"error""#) => {
            (status, [(header::CONTENT_TYPE, "application/json")], json).into_response()
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
