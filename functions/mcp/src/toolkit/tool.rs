//! The trait that every tool implements.

use domain::Field;
use serde_json::Value;
use store::Scope;

use super::call::Call;
use super::error::ToolError;
use super::output::ToolOutput;

/// Effect of a call, from which clients decide if they ask the person first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Reads only.
    Read,
    /// Creates something new with each call.
    Create,
    /// Changes something. A repeat changes nothing more.
    Update,
    /// Deletes or overwrites something. A repeat changes nothing more.
    Destroy,
}

impl Effect {
    pub fn required_scope(self) -> Scope {
        if self == Self::Read { Scope::Read } else { Scope::Write }
    }
}

/// A tool.
pub trait Tool {
    const NAME: &'static str;
    const TITLE: &'static str;
    /// For models: purpose, the tool to prefer for similar purposes, and an example.
    const DESCRIPTION: &'static str;
    const EFFECT: Effect;
    /// True if a rejected `null` or empty text counts as a missing argument: some models send every argument
    /// they know.
    const NULL_IS_MISSING: bool = true;
    type Input: Field;

    /// JSON schema of the output.
    fn output() -> Value;

    fn run(call: &Call, input: Self::Input) -> Result<ToolOutput, ToolError>;
}
