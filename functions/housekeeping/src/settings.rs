//! `POST /internal/settings`, from a cron binding

use std::collections::BTreeMap;

use domain::{Known, SETTINGS, Setting};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response, log, outbound};

/// The configuration component, in Dapr's API.
const STORE: &str = "/v1.0/configuration/settings";

/// What Dapr says of a key.
#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    value: String,
}

/// What is said of a key now, and what follows from it.
#[derive(Serialize)]
struct Said<'a> {
    key: &'a str,
    /// None where nothing is said any more.
    value: Option<&'a str>,
    /// None where it makes no sense: what was good before stays.
    setting: Option<Setting>,
    problem: Option<String>,
}

/// Reads the configuration and applies what has changed since the last time.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let principal = request.service("housekeeping", None);
    let configured = read()?;
    let mut said = Vec::new();
    for known in SETTINGS {
        let value = configured.get(known.key).map(|item| item.value.as_str());
        let parsed = known.parse(value.unwrap_or(known.default));
        said.push(Said { key: known.key, value, problem: parsed.as_ref().err().cloned(), setting: parsed.ok() });
    }
    for (key, item) in configured.iter().filter(|(key, _)| Known::find(key).is_none()) {
        said.push(Said { key, value: Some(&item.value), setting: None, problem: Some("is no setting".to_owned()) });
    }
    // The answer names what is different from the last time.
    let changed = store::run(statement!("apply.sql"), &principal, &json!({ "said": said }))?;
    for key in &changed {
        let key: String = serde_json::from_str(key).map_err(|error| Problem::fault(format!("a key: {error}")))?;
        match said.iter().find(|one| one.key == key).and_then(|one| one.problem.as_ref()) {
            Some(problem) => {
                let detail = format!("{key} {problem}");
                let message = "a setting was refused, and what was good before stays";
                log::warn("housekeeping", &principal.correlation_id, message, ("cause", &detail));
            }
            None => log::info("housekeeping", &principal.correlation_id, "a setting has changed", ("setting", &key)),
        }
    }
    Ok(Response::json(200, json!({ "changed": changed.len() }).to_string()))
}

fn read() -> Result<BTreeMap<String, Item>, Problem> {
    let away = |why: String| Problem::fault(format!("the settings cannot be read: {why}"));
    match outbound::ask_dapr(STORE, 3000) {
        // Nothing is said at all.
        Ok((204, _)) => Ok(BTreeMap::new()),
        Ok((200, body)) => serde_json::from_slice(&body).map_err(|error| away(error.to_string())),
        Ok((status, _)) => Err(away(format!("status {status}"))),
        Err(why) => Err(away(why)),
    }
}
