//! What a tool is, and how models see it.

use domain::{Field, IdempotencyKey, Priority};
use rust_mcp_schema as schema;
use serde_json::{Value, json};

use crate::call::Call;
use crate::refused::Trouble;
use crate::reply::Reply;

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
    pub fn needs(self) -> &'static str {
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

/// What every tool takes that changes something.
pub const KEY: &str = "idempotency_key";
const ABOUT_KEY: &str = "A name for this very call, without spaces, such as a UUID. When no answer came, call again with the same one: then it is done once.";

/// As `tools/list` shows it.
pub fn describe<T: Tool>() -> schema::Tool {
    let (mut input, mut output) = (input_schema::<T>(), T::output());
    if T::DOES != Does::Look {
        input["properties"][KEY] = IdempotencyKey::schema();
        input["properties"][KEY]["description"] = ABOUT_KEY.into();
        plain(&mut input["properties"][KEY]);
    }
    plain(&mut output);
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

/// What it takes, as models read it.
pub fn input_schema<T: Tool>() -> Value {
    let mut schema = T::Input::schema();
    // The tool says what it is about.
    schema.as_object_mut().map(|members| members.shift_remove("description"));
    plain(&mut schema);
    schema
}

/// Takes out of a schema what not everybody who reads the schemas of tools understands. What it forbade, parsing still does.
fn plain(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(plain),
        Value::Object(members) => {
            // The only one that is kept apart, as there are hundreds of zones.
            if members.shift_remove("$ref").is_some() {
                members.insert("type".into(), "string".into());
                members.insert("examples".into(), json!(["Europe/Berlin"]));
            }
            // The pattern stands for any case of these.
            if members.shift_remove("pattern").is_some_and(|pattern| pattern == Priority::schema()["pattern"]) {
                members.insert("enum".into(), json!(["low", "medium", "high"]));
            }
            members.shift_remove("uniqueItems");
            if let Some(Value::String(only)) = members.get("const").cloned() {
                members.shift_remove("const");
                members.insert("type".into(), "string".into());
                members.insert("enum".into(), json!([only]));
            }
            members.values_mut().for_each(plain);
        }
        _ => {}
    }
}
