//! `[variables]`, resolved once at start, so that a missing value prevents the start.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, ensure};

use crate::app::manifest::Variable;
use crate::app::template::{Part, Template};

pub struct Variables(BTreeMap<String, String>);

impl Variables {
    pub fn resolve(
        declared: &BTreeMap<String, Variable>,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Self> {
        for name in overrides.keys() {
            ensure!(
                declared.contains_key(name),
                "variable {name:?} was given a value but [variables] does not declare it"
            );
        }
        let mut values = BTreeMap::new();
        for (name, variable) in declared {
            let key = || format!("variables.{name}");
            check_declared(name).with_context(key)?;
            ensure!(
                variable.required != variable.default.is_some(),
                "variables.{name} needs either `default` or `required = true`"
            );
            let environment = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
            let value = overrides.get(name).cloned().or_else(|| std::env::var(&environment).ok());
            let value = value.or_else(|| variable.default.clone()).ok_or_else(|| {
                anyhow!("variable {name:?} is required and has no value: set {environment}, or pass a value")
            })?;
            values.insert(name.clone(), value);
        }
        Ok(Self(values))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn fill(&self, template: &Template) -> Result<String> {
        let mut filled = String::new();
        for part in template.parts() {
            filled.push_str(match part {
                Part::Text(text) => text,
                Part::Name(name) => {
                    self.0.get(*name).with_context(|| format!("[variables] does not declare {name:?}"))?
                }
            });
        }
        Ok(filled)
    }
}

/// Checks a name by Spin's rule for manifests: every word between underscores starts with a letter.
pub fn check_declared(name: &str) -> Result<()> {
    check_name(name).map_err(anyhow::Error::msg)?;
    let invalid = name.split('_').find(|word| !word.starts_with(|c: char| c.is_ascii_lowercase()));
    ensure!(invalid.is_none(), "'_'-separated words must start with an ASCII letter; got {invalid:?}");
    Ok(())
}

/// Checks a name by Spin's rule for guests. The error is the text that a guest gets from Spin.
pub fn check_name(name: &str) -> Result<(), String> {
    let invalid = name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_'));
    let reason = if name.is_empty() {
        "must not be empty".into()
    } else if let Some(invalid) = invalid {
        format!(
            "invalid character {invalid:?}. Variable names may contain only lower-case letters, numbers, \
             and underscores."
        )
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        "must start with a lowercase ASCII letter".into()
    } else if name.ends_with('_') {
        "must end with a lowercase ASCII letter or digit".into()
    } else if name.contains("__") {
        "must not contain multiple consecutive underscores".into()
    } else {
        return Ok(());
    };
    Err(format!("{name:?}: {reason}"))
}
