//! `tools/call`

use std::collections::BTreeMap;

use actions::{Clock, Problem};
use domain::{Errors, Field, IdempotencyKey, Moment, TaskId, within};
use rust_mcp_schema::CallToolRequestParams;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::access::scopes;
use crate::endpoint::Asked;
use crate::failure::{Failure, INVALID_PARAMS};
use crate::mend::{mended, says_nothing};
use crate::refused::Trouble;
use crate::reply::{Reply, told};
use crate::table;
use crate::tool::{Does, KEY, Tool, input_schema};

/// A call of a tool.
#[derive(Debug)]
pub struct Call {
    pub principal: Principal,
    pub clock: Clock,
    /// Whether the same call was answered before, so that the first answer is given again.
    pub comes_again: bool,
}

/// `tools/call`
pub fn call(asked: &Asked) -> Result<Value, Failure> {
    let params: CallToolRequestParams = asked.params()?;
    let Some(tool) = table::find(&params.name) else {
        let message = format!("There is no tool {:?}: `tools/list` names those that there are.", params.name);
        return Err(Failure::new(INVALID_PARAMS, message));
    };
    let ms = web::now_ms();
    let clock = Clock { now: Moment::from_ms(ms), ids: [(); 2].map(|()| TaskId::new(ms, web::random())) };
    // Also where it first looks for what is meant: who may only read shall not get half an answer.
    let mut principal = Principal { needs: Some(tool.does.needs()), ..asked.principal()? };
    let mut arguments = Value::from(params.arguments.unwrap_or_default());
    let mut comes_again = false;
    if tool.does != Does::Look {
        match take_key(&mut arguments) {
            Ok(None) => {}
            Ok(Some(key)) => {
                let again = web::again(
                    &format!("tool {}", tool.name),
                    key.as_str(),
                    canonical(&arguments, tool.takes_null).as_bytes(),
                );
                comes_again =
                    store::run(statement!("kept.sql"), &principal, &json!({ "kept": again.id }))?.pop().is_some();
                principal.again = Some(again);
            }
            Err(errors) => return told(Err(errors.into()), &arguments),
        }
    }
    let call = Call { principal, clock, comes_again };
    let done = (tool.run)(&call, &arguments);
    // What is wrong is told with the person's time, and to nobody who may not come in.
    if matches!(done, Err(Trouble::Problem(Problem::Invalid(_)))) && store::zone().is_none() {
        scopes(&call.principal)?;
    }
    told(done, &arguments)
}

/// Reads the arguments and runs the tool.
pub fn run<T: Tool>(call: &Call, arguments: &Value) -> Result<Reply, Trouble> {
    let input = T::Input::parse(arguments).or_else(|errors| {
        match mended(arguments, &errors, &input_schema::<T>(), T::TAKES_NULL) {
            Some(mended) => T::Input::parse(&mended),
            None => Err(errors),
        }
    });
    T::run(call, input?)
}

/// What changes something can be called again under the same key, and is done once: takes the key out of the arguments.
fn take_key(arguments: &mut Value) -> Result<Option<IdempotencyKey>, Errors> {
    match arguments.as_object_mut().and_then(|members| members.shift_remove(KEY)) {
        None => Ok(None),
        Some(key) if says_nothing(&key) => Ok(None),
        Some(key) => IdempotencyKey::parse(&key).map(Some).map_err(|errors| within(KEY, errors)),
    }
}

/// The same text for the same arguments, in whatever order they come.
fn canonical(arguments: &Value, takes_null: bool) -> String {
    match arguments {
        Value::Object(members) => {
            let members: BTreeMap<&String, String> = members
                .iter()
                .filter(|(_, value)| !takes_null || !value.is_null())
                .map(|(name, value)| (name, canonical(value, takes_null)))
                .collect();
            format!("{members:?}")
        }
        Value::Array(all) => format!("{:?}", all.iter().map(|one| canonical(one, takes_null)).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

/// Reads what a use case answered.
pub fn read(json: &str) -> Result<Value, Refusal> {
    serde_json::from_str(json).map_err(|_| Refusal::fault("an answer that is no JSON"))
}

/// The id of something as it is shown.
pub fn id(shown: &Value) -> Result<TaskId, Refusal> {
    let id = shown["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Refusal::fault("something without an id"))
}
