//! `POST /internal/settings`, called by a cron binding

use std::collections::BTreeMap;

use domain::{SETTINGS, Setting, SettingSpec};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::statement;
use web::{Problem, Request, Response, log, outbound};

/// Path of the configuration store in Dapr's API.
const STORE: &str = "/v1.0/configuration/settings";

/// Item of the configuration store.
#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    value: String,
}

/// Configured value of a key, with the result of parsing it.
#[derive(Serialize)]
struct ConfiguredSetting<'a> {
    key: &'a str,
    /// Configured value, or `None` if the key is not set.
    value: Option<&'a str>,
    /// Parsed setting, or `None` if the value is invalid: then the previous setting stays in force.
    setting: Option<Setting>,
    problem: Option<String>,
}

/// Reads the configuration and applies what has changed since the last time.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let principal = request.service("housekeeping", None);
    let configured = read()?;
    let mut said = Vec::new();
    for spec in SETTINGS {
        let value = configured.get(spec.key).map(|item| item.value.as_str());
        let parsed = spec.parse(value.unwrap_or(spec.default));
        said.push(ConfiguredSetting {
            key: spec.key,
            value,
            problem: parsed.as_ref().err().cloned(),
            setting: parsed.ok(),
        });
    }
    for (key, item) in configured.iter().filter(|(key, _)| SettingSpec::find(key).is_none()) {
        said.push(ConfiguredSetting {
            key,
            value: Some(&item.value),
            setting: None,
            problem: Some("is not a setting".to_owned()),
        });
    }
    // The statement returns the keys that have changed since the last run.
    let changed = store::run(statement!("apply.sql"), &principal, &json!({ "said": said }))?;
    for key in &changed {
        let key: String = serde_json::from_str(key).map_err(|error| Problem::fault(format!("a key: {error}")))?;
        match said.iter().find(|one| one.key == key).and_then(|one| one.problem.as_ref()) {
            Some(problem) => {
                let detail = format!("{key} {problem}");
                let message = "a setting is invalid; the previous value stays in force";
                log::warn("housekeeping", &principal.correlation_id, message, ("cause", &detail));
            }
            None => log::info("housekeeping", &principal.correlation_id, "a setting has changed", ("setting", &key)),
        }
    }
    Ok(Response::json(200, json!({ "changed": changed.len() }).to_string()))
}

fn read() -> Result<BTreeMap<String, Item>, Problem> {
    let away = |why: String| Problem::fault(format!("settings cannot be read: {why}"));
    match outbound::ask_dapr(STORE, 3000) {
        // No key is set.
        Ok((204, _)) => Ok(BTreeMap::new()),
        Ok((200, body)) => serde_json::from_slice(&body).map_err(|error| away(error.to_string())),
        Ok((status, _)) => Err(away(format!("status {status}"))),
        Err(why) => Err(away(why)),
    }
}
