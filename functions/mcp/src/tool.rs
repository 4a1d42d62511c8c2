//! The tools: what they have in common, which there are, and how one is called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use actions::naming::{Candidate, Found, Hit};
use actions::tasks::find::Where;
use actions::{Clock, Problem};
use domain::{Errors, Field, FieldError, IdempotencyKey, Moment, Naming, TaskId, within};
use rust_mcp_schema as schema;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::endpoint::{Answer, Asked};
use crate::failure::{Failure, INVALID_PARAMS};
use crate::hello::{TTL_MS, meta};
use crate::page::page;
use crate::reply::{Reply, told};
use crate::schema_of;
use crate::tools::*;

/// What a call of a tool does, so that clients know whether to ask first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// It looks at things.
    Look,
    /// It makes something new each time.
    Add,
    /// It changes something; a second time it changes nothing more.
    Change,
    /// It takes something away, or puts something else in its place; a second time it changes nothing more.
    Replace,
}

impl Does {
    /// The scope that it takes.
    fn needs(self) -> &'static str {
        if self == Self::Look { "read" } else { "write" }
    }
}

/// A tool of the table.
pub trait Tool {
    const NAME: &'static str;
    const TITLE: &'static str;
    /// For a model: when to use it, when not, and an example.
    const ABOUT: &'static str;
    const DOES: Does;
    /// Whether a `null` that means nothing is as good as no argument: some models send every argument that they know of.
    const TAKES_NULL: bool = true;
    type Input: Field;

    /// The JSON schema of what it answers.
    fn output() -> Value;

    fn run(call: &Call, input: Self::Input) -> Result<Reply, Trouble>;
}

struct Entry {
    name: &'static str,
    does: Does,
    describe: fn() -> schema::Tool,
    run: fn(&Call, &Value) -> Result<Reply, Trouble>,
}

const fn entry<T: Tool>() -> Entry {
    Entry { name: T::NAME, does: T::DOES, describe: describe::<T>, run: run::<T> }
}

/// All of them, in the order in which they are listed.
const TOOLS: [Entry; 22] = [
    entry::<AddTask>(),
    entry::<ListTasks>(),
    entry::<GetTask>(),
    entry::<UpdateTask>(),
    entry::<CompleteTask>(),
    entry::<ReopenTask>(),
    entry::<DeleteTask>(),
    entry::<SetTaskPriority>(),
    entry::<SetTaskDueDate>(),
    entry::<AddTaskTags>(),
    entry::<RemoveTaskTags>(),
    entry::<SearchTasks>(),
    entry::<FilterTasks>(),
    entry::<SortTasks>(),
    entry::<CreateRecurringTask>(),
    entry::<ListRecurringTasks>(),
    entry::<StopRecurringTask>(),
    entry::<SetReminder>(),
    entry::<ListReminders>(),
    entry::<CancelReminder>(),
    entry::<GetTaskHistory>(),
    entry::<ListNotifications>(),
];

/// What of tools.json is sent for each tool: made from it when this is compiled.
const LISTED: &[&str] = include!(concat!(env!("OUT_DIR"), "/tools.in"));

/// What every tool takes that changes something.
const KEY: &str = "idempotency_key";
const ABOUT_KEY: &str = "Any name for this very call, such as a UUID. When no answer came, call again with the same one: then it is done once.";

/// The last members of every list of tools.
static CLOSING: LazyLock<String> = LazyLock::new(|| {
    format!(r#""resultType":"complete","ttlMs":{TTL_MS},"cacheScope":"private","_meta":{}}}}}"#, json!(meta()))
});

fn describe<T: Tool>() -> schema::Tool {
    let mut input = schema_of::<T::Input>();
    if T::DOES != Does::Look {
        input["properties"][KEY] = IdempotencyKey::schema();
        input["properties"][KEY]["description"] = ABOUT_KEY.into();
    }
    crate::plain(&mut input);
    let mut output = T::output();
    crate::plain(&mut output);
    schema::Tool {
        name: T::NAME.into(),
        title: Some(T::TITLE.into()),
        description: Some(T::ABOUT.into()),
        annotations: Some(schema::ToolAnnotations {
            title: None,
            read_only_hint: Some(T::DOES == Does::Look),
            destructive_hint: Some(T::DOES == Does::Replace),
            idempotent_hint: Some(T::DOES != Does::Add),
            open_world_hint: Some(false),
        }),
        input_schema: serde_json::from_value(input).expect("the schema of an object"),
        output_schema: Some(serde_json::from_value(output).expect("the schema of an object")),
        icons: Vec::new(),
        meta: None,
    }
}

/// What tools.json has to be: all that models see of the tools.
pub fn tools_json() -> String {
    let tools: Vec<schema::Tool> = TOOLS.iter().map(|tool| (tool.describe)()).collect();
    format!("{:#}\n", json!(tools))
}

/// What the caller may do. Asked of the database, so it also says whether there is such a caller.
pub fn scopes(principal: &Principal) -> Result<Vec<String>, Refusal> {
    let row = store::one(statement!("scopes.sql"), principal, &json!({}))?;
    serde_json::from_str(&row).map_err(|_| Refusal::fault("scopes cannot be read"))
}

/// `tools/list`: those that the caller may use. The list is no secret and the same for every session, so nobody looks whether
/// it is still one: the first call of a tool does.
pub fn list(asked: &Asked, id: &schema::RequestId) -> Answer {
    let scopes = match asked.request.session_token() {
        Some(_) => None,
        None => Some(scopes(&asked.principal()?)?),
    };
    let may = |tool: &Entry| scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope == tool.does.needs()));
    let tools = TOOLS.iter().zip(LISTED).filter(|(tool, _)| may(tool));
    let page = page(asked, tools.map(|(_, listed)| *listed).collect())?;
    let next = page.next.map(|next| format!(r#""nextCursor":{},"#, json!(next))).unwrap_or_default();
    let text = format!(
        r#"{{"jsonrpc":"2.0","id":{},"result":{{"tools":[{}],{next}{}"#,
        json!(id),
        page.items.join(","),
        *CLOSING
    );
    Ok(web::Response::json(200, text))
}

/// A call of a tool.
#[derive(Debug)]
pub struct Call {
    pub principal: Principal,
    pub clock: Clock,
    /// Whether the same call was answered before, so that the first answer is given again.
    pub comes_again: bool,
}

/// Why a tool did not do what it was asked.
#[derive(Debug)]
pub enum Trouble {
    /// The use case says so.
    Problem(Problem),
    /// Several are called so.
    Several(&'static str, Vec<Candidate>),
    /// Nothing is called so.
    Nothing(&'static str, Vec<Candidate>),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Problem(refusal.into())
    }
}

impl From<Errors> for Trouble {
    fn from(errors: Errors) -> Self {
        Self::Problem(Problem::Invalid(errors))
    }
}

/// `tools/call`
pub fn call(asked: &Asked) -> Result<Value, Failure> {
    let params: schema::CallToolRequestParams = asked.params()?;
    let Some(tool) = TOOLS.iter().find(|tool| tool.name == params.name) else {
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
                let again = web::again(&format!("tool {}", tool.name), key.as_str(), canonical(&arguments).as_bytes());
                comes_again =
                    store::run(statement!("kept.sql"), &principal, &json!({ "kept": again.id }))?.pop().is_some();
                principal.again = Some(again);
            }
            Err(errors) => return told(Err(errors.into()), &arguments),
        }
    }
    let call = Call { principal, clock, comes_again };
    told((tool.run)(&call, &arguments), &arguments)
}

fn run<T: Tool>(call: &Call, arguments: &Value) -> Result<Reply, Trouble> {
    let input = T::Input::parse(arguments).or_else(|errors| {
        let mut given = arguments.clone();
        for FieldError { pointer, .. } in &errors {
            let place = pointer.rsplit_once('/').and_then(|(parent, name)| Some((given.pointer_mut(parent)?, name)));
            if let Some((Value::Object(members), name)) = place
                && members.get(name).is_some_and(Value::is_null)
            {
                members.shift_remove(name);
            }
        }
        if given == *arguments || !T::TAKES_NULL { Err(errors) } else { T::Input::parse(&given) }
    });
    T::run(call, input?)
}

/// What changes something can be called again under the same key, and is done once: takes the key out of the arguments.
fn take_key(arguments: &mut Value) -> Result<Option<IdempotencyKey>, Errors> {
    match arguments.as_object_mut().and_then(|members| members.shift_remove(KEY)) {
        None | Some(Value::Null) => Ok(None),
        Some(key) => IdempotencyKey::parse(&key).map(Some).map_err(|errors| within(KEY, errors)),
    }
}

/// The same text for the same arguments, in whatever order they come.
fn canonical(arguments: &Value) -> String {
    match arguments {
        Value::Object(members) => {
            let members: BTreeMap<&String, String> = members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, canonical(value)))
                .collect();
            format!("{members:?}")
        }
        Value::Array(all) => format!("{:?}", all.iter().map(canonical).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

impl Call {
    /// The task that is meant.
    pub fn task(&self, naming: &Naming, r#where: Where) -> Result<Hit, Trouble> {
        decide("task", actions::tasks::find(&self.principal, naming, r#where)?)
    }

    /// The id of the task that is meant. Where it is one already, whoever acts on it sees whether there is such a task.
    pub fn task_id(&self, naming: &Naming, r#where: Where) -> Result<TaskId, Trouble> {
        match naming {
            Naming::Id(id) => Ok(*id),
            // The words may mean something else by now, but the first answer is given again whatever they mean.
            Naming::Words(_) if self.comes_again => Ok(self.clock.ids[0]),
            Naming::Words(_) => id(&self.task(naming, r#where)?.shown),
        }
    }

    /// The same, in the words of use cases that change tasks.
    pub fn named(&self, naming: &Naming) -> Result<actions::tasks::Named, Trouble> {
        Ok(actions::tasks::Named { id: self.task_id(naming, Where::default())?, expected: None })
    }

    /// What the tasks of reminders are called, by their ids.
    pub fn titles(&self, reminders: &Value) -> Result<Value, Trouble> {
        let all = reminders.as_array().map(Vec::as_slice).unwrap_or_default();
        let tasks: BTreeSet<&str> = all.iter().filter_map(|reminder| reminder["task_id"].as_str()).collect();
        read(&store::one(statement!("titles.sql"), &self.principal, &json!({ "tasks": tasks }))?)
    }

    /// The series that is meant.
    pub fn series(&self, naming: &Naming) -> Result<Hit, Trouble> {
        decide("recurring_task", actions::series::named(&self.principal, naming)?)
    }
}

fn decide(argument: &'static str, found: Found) -> Result<Hit, Trouble> {
    match found {
        Found::One(one) => Ok(one),
        Found::Several(candidates) => Err(Trouble::Several(argument, candidates)),
        Found::Nothing(candidates) => Err(Trouble::Nothing(argument, candidates)),
    }
}

/// The id of something as it is shown.
pub fn id(shown: &Value) -> Result<TaskId, Trouble> {
    let id = shown["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Refusal::fault("something without an id").into())
}

/// Reads what a use case answered.
pub fn read(json: &str) -> Result<Value, Trouble> {
    serde_json::from_str(json).map_err(|_| Refusal::fault("an answer that is no JSON").into())
}

/// What is wrong with arguments, as a list.
pub fn wrong_list(errors: &[FieldError]) -> Vec<Value> {
    errors.iter().map(|FieldError { pointer, detail }| json!({ "pointer": pointer, "detail": detail })).collect()
}
