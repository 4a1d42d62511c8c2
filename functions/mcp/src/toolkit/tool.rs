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
    /// Changes something, which another call can change back.
    Update,
    /// Ends or deletes something, which no tool brings back: it takes a `Consent`.
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
    /// True if a repeat of a call, with the same words, changes nothing more.
    const IS_IDEMPOTENT: bool = !matches!(Self::EFFECT, Effect::Create);
    /// True if a rejected `null` or empty text counts as a missing argument: some models send every argument
    /// they know.
    const NULL_IS_MISSING: bool = true;
    type Input: Field;

    /// JSON schema of the output.
    fn output() -> Value;

    fn run(call: &Call, input: Self::Input) -> Result<ToolOutput, ToolError>;
}
