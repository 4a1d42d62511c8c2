//! Postgres alone: the call of a scenario, prepared, on as many connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use domain::{Id, ItemId};
use serde_json::{Map, Value, json};

use crate::load::run;
use crate::measurement::Measurement;
use crate::request::Request;
use crate::scenario::{Call, Scenario};
use crate::world::World;
use crate::{CONNECTIONS, lists};

/// List and its 95th percentile in Postgres, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct SlowestList {
    /// Its request.
    pub line: &'static str,
    /// Its 95th percentile.
    pub p95: f64,
    /// The longest that it may take.
    pub longest: f64,
}

/// Loads Postgres.
pub async fn load(
    scenario: &'static Scenario,
    call: &'static Call,
    world: &World,
    time: Duration,
) -> anyhow::Result<Measurement> {
    let name = frames::installed_name(call.body.0, frames::hash(call.body.1));
    let inputs = scenario
        .requests
        .iter()
        .map(|request| input(call, request, world))
        .collect::<anyhow::Result<Vec<Value>>>()?;
    let inputs = Arc::new(inputs);
    run(CONNECTIONS, time, |number, window| {
        let (database, name, inputs) = (world.database.clone(), name.clone(), Arc::clone(&inputs));
        async move {
            let client = database.connect().await?;
            let statement =
                client.prepare(&format!("select kind, body from statements.{name}($1, $2)")).await?;
            let mut measured = Measurement::default();
            for turn in 0.. {
                if window.is_over() {
                    break;
                }
                let which = (number + turn) % inputs.len();
                let principal = principal(scenario, number + CONNECTIONS * turn, &scenario.requests[which]);
                let mut input = inputs[which].clone();
                if call.creates {
                    input["id"] = json!(ItemId::new(web::now_ms(), web::random()));
                }
                let sent = Instant::now();
                let rows = client.query(&statement, &[&principal, &input]).await?;
                window.record(sent, &mut measured);
                let refusal = rows.iter().find(|row| row.get::<_, &str>(0) == "refusal");
                ensure!(refusal.is_none(), "Postgres refused: {refusal:?}");
            }
            Ok(measured)
        }
    })
    .await
}

/// Returns the list that comes closest to its longest time, or exceeds it the most, of all lists requested one
/// at a time. Totals are counted each time.
pub async fn slowest_list(scenario: &Scenario, call: &Call, world: &World) -> anyhow::Result<SlowestList> {
    const TURNS: usize = 60;
    let name = frames::installed_name(call.body.0, frames::hash(call.body.1));
    let client = world.database.connect().await?;
    let statement = client.prepare(&format!("select kind, body from statements.{name}($1, $2)")).await?;
    let mut slowest = SlowestList { line: "", p95: 0.0, longest: f64::INFINITY };
    for request in lists::REQUESTS.iter().chain(lists::MORE_REQUESTS) {
        let mut input = input(call, request, world)?;
        if let Some(input) = input.as_object_mut() {
            input.remove("total_key");
        }
        let mut times = Vec::new();
        for _ in 0..TURNS {
            let sent = Instant::now();
            client.query(&statement, &[&principal(scenario, 0, request), &input]).await?;
            times.push(sent.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let p95 = times[TURNS * 95 / 100];
        // A single letter begins the words of almost every task.
        let longest = if request.line == "search=b" { 18.0 } else { 15.0 };
        if p95 / longest > slowest.p95 / slowest.longest {
            slowest = SlowestList { line: request.line, p95, longest };
        }
    }
    Ok(slowest)
}

/// Principal of a request, as the functions pass it.
fn principal(scenario: &Scenario, user: usize, request: &Request) -> Value {
    let mut principal = json!({
        "session": web::fingerprint(scenario.users.token(user)),
        "actor": "user",
        "correlation_id": "bench",
        "address": "127.0.0.1",
    });
    if scenario.is_keyed {
        let key = Id::new(web::now_ms(), web::random());
        principal["replay_key"] = json!({ "id": key, "fingerprint": web::fingerprint(request.body) });
    }
    principal
}

/// Input of a request: that of the call, with the members of the request.
fn input(call: &Call, request: &Request, world: &World) -> anyhow::Result<Value> {
    let mut input: Map<String, Value> = serde_json::from_str(call.input)?;
    let own: Map<String, Value> = serde_json::from_str(&world.dated(request.input))?;
    input.extend(own);
    Ok(Value::Object(input))
}
