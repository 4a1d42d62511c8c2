//! A tool in the table of tools, without its types.

use domain::Field;
use rust_mcp_schema as schema;
use serde_json::Value;

use super::call::Call;
use super::coerce::coerce;
use super::error::ToolError;
use super::output::ToolOutput;
use super::schema::{describe, input_schema};
use super::tool::{Effect, Tool};

/// A tool, found by its name.
#[derive(Debug)]
pub struct ToolEntry {
    pub name: &'static str,
    pub effect: Effect,
    pub null_is_missing: bool,
    pub describe: fn() -> schema::Tool,
    /// Parses the arguments and runs the tool.
    pub run: fn(&Call, &Value) -> Result<ToolOutput, ToolError>,
}

impl ToolEntry {
    pub const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            effect: T::EFFECT,
            null_is_missing: T::NULL_IS_MISSING,
            describe: describe::<T>,
            run: run::<T>,
        }
    }
}

fn run<T: Tool>(call: &Call, arguments: &Value) -> Result<ToolOutput, ToolError> {
    let input = T::Input::parse(arguments).or_else(|errors| {
        match coerce(arguments, &errors, &input_schema::<T>(), T::NULL_IS_MISSING) {
            Some(coerced) => T::Input::parse(&coerced),
            None => Err(errors),
        }
    });
    T::run(call, input?)
}
