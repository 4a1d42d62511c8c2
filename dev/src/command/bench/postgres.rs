//! What Postgres alone does of a scenario: the same call, prepared, on as many connections.

use std::time::{Duration, Instant};

use anyhow::ensure;
use domain::TaskId;
use serde_json::{Value, json};

use super::CONNECTIONS;
use super::load::{Measured, run};
use super::scenario::{Call, World, token};

/// Loads Postgres.
pub async fn load(
    scenario: &'static str,
    call: &'static Call,
    world: &World,
    time: Duration,
) -> anyhow::Result<Measured> {
    let name = store::installed_name(call.body.0, store::hash(call.body.1));
    let input: Value = serde_json::from_str(call.input)?;
    run(time, |number, window| {
        let (database, name, mut input) = (world.database.clone(), name.clone(), input.clone());
        async move {
            let client = database.connect().await?;
            let statement = client.prepare(&format!("select bodies.{name}($1, $2)")).await?;
            let mut latencies = Vec::new();
            for turn in 0.. {
                if window.is_over() {
                    break;
                }
                let token = token(scenario, number + CONNECTIONS * turn);
                let principal =
                    json!({ "session": web::fingerprint(&token), "actor": "user", "correlation_id": "bench" });
                if call.makes {
                    input["id"] = json!(TaskId::new(web::now_ms(), web::random()));
                }
                let sent = Instant::now();
                let row = client.query_one(&statement, &[&principal, &input]).await?;
                window.note(sent, &mut latencies);
                ensure!(
                    !row.get::<_, &str>(0).starts_with(r#"{"error""#),
                    "Postgres refused: {}",
                    row.get::<_, &str>(0)
                );
            }
            Ok(latencies)
        }
    })
    .await
}
