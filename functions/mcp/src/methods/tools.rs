//! `tools/list` and `tools/call`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actions::Clock;
use domain::{Errors, Field, IdempotencyKey, within};
use serde_json::{Value, json};
use store::Refusal;
use web::Response;

use crate::access::scopes;
use crate::protocol::{CACHE_TTL_MS, INVALID_PARAMS, RpcError, RpcRequest, RpcResult, page, result_meta};
use crate::toolkit::{Call, Effect, IDEMPOTENCY_KEY, ToolError, is_blank, to_result, zone_of};
use crate::tools::{self, TOOLS};

/// Each tool of tools.json in one line, in the order of [`TOOLS`]. Written by the build script.
const LISTED: &[&str] = include!(concat!(env!("OUT_DIR"), "/tools.in"));

/// The last members of every list.
static CLOSING: LazyLock<String> = LazyLock::new(|| {
    format!(
        r#""resultType":"complete","ttlMs":{CACHE_TTL_MS},"cacheScope":"private","_meta":{}}}}}"#,
        json!(result_meta())
    )
});

/// `tools/list`: the tools that the caller may use.
pub fn list(request: &RpcRequest) -> RpcResult {
    let scopes = scopes(&request.caller()?)?;
    let tools = TOOLS.iter().zip(LISTED).filter(|(tool, _)| scopes.contains(&tool.effect.required_scope()));
    let page = page(&request.params, tools.map(|(_, listed)| *listed).collect())?;
    let next = page.next.map(|next| format!(r#""nextCursor":{},"#, json!(next))).unwrap_or_default();
    let text = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{"tools":[{}],{next}{}"#,
        json!(request.id),
        page.items.join(","),
        *CLOSING
    );
    Ok(Response::json(200, text))
}

/// `tools/call`
pub fn call(request: &RpcRequest) -> Result<Value, RpcError> {
    let name = request.text("name")?;
    let Some(tool) = tools::find(name) else {
        let message = format!("Unknown tool {name:?}. `tools/list` returns the tools.");
        return Err(RpcError::new(INVALID_PARAMS, message));
    };
    // Every call of the tool needs its scope, look-ups too, so that a call without it learns nothing.
    let mut caller = request.caller()?;
    caller.principal.needs = Some(tool.effect.required_scope());
    let mut arguments = Value::from(request.arguments()?);
    let mut replayed = None;
    if tool.effect != Effect::Read {
        match take_key(&mut arguments) {
            Ok(None) => {}
            Ok(Some(key)) => {
                let key = web::replay_key(
                    &format!("tool {}", tool.name),
                    key.as_str(),
                    canonical(&arguments, tool.null_is_missing).as_bytes(),
                );
                replayed = caller.replayed_id(&key)?.and_then(|id| id.parse().ok());
                caller.principal.replay_key = Some(key);
            }
            Err(errors) => return to_result(Err(errors.into()), &arguments, None),
        }
    }
    let call = Call { caller, clock: Clock::new(web::now_ms(), web::random), replayed };
    let done = (tool.run)(&call, &arguments);
    // The explanation states the caller's time, so the zone has to be known.
    let context = call.caller.context();
    if matches!(done, Err(ToolError::Refused(Refusal::Invalid(_)))) && context.zone().is_none() {
        scopes(&call.caller)?;
    }
    to_result(done, &arguments, zone_of(context).as_ref())
}

/// Removes the idempotency key from the arguments of a tool.
fn take_key(arguments: &mut Value) -> Result<Option<IdempotencyKey>, Errors> {
    match arguments.as_object_mut().and_then(|members| members.shift_remove(IDEMPOTENCY_KEY)) {
        None => Ok(None),
        Some(key) if is_blank(&key) => Ok(None),
        Some(key) => IdempotencyKey::parse(&key).map(Some).map_err(|errors| within(IDEMPOTENCY_KEY, errors)),
    }
}

/// Text that is the same for the same arguments in any order.
fn canonical(arguments: &Value, null_is_missing: bool) -> String {
    sorted(arguments, null_is_missing).to_string()
}

/// The arguments with the members of each object in the order of their names.
fn sorted(arguments: &Value, null_is_missing: bool) -> Value {
    match arguments {
        Value::Object(members) => {
            let members: BTreeMap<&String, Value> = members
                .iter()
                .filter(|(_, value)| !null_is_missing || !value.is_null())
                .map(|(name, value)| (name, sorted(value, null_is_missing)))
                .collect();
            members.into_iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Value::Array(items) => items.iter().map(|item| sorted(item, null_is_missing)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_arguments_does_not_count_and_their_values_do() {
        let one = json!({ "title": "x", "more": [{ "a": 1, "b": null }] });
        let other = json!({ "more": [{ "b": null, "a": 1 }], "title": "x" });
        assert_eq!(canonical(&one, false), canonical(&other, false));
        let without_null = json!({ "title": "x", "more": [{ "a": 1 }] });
        assert_eq!(canonical(&one, true), canonical(&without_null, true));
        assert_ne!(canonical(&one, false), canonical(&without_null, false));
    }

    #[test]
    fn the_text_of_deep_arguments_is_hardly_longer_than_they_are() {
        let deep = (0..25).fold(json!("\"\\"), |inner, _| json!([{ "a\"": inner }]));
        assert!(canonical(&deep, false).len() < 2 * deep.to_string().len());
    }
}
