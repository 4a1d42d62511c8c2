//! Text with `{{ name }}` placeholders.

use anyhow::{Context, Result};

pub struct Template<'a>(Vec<Part<'a>>);

pub enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

impl<'a> Template<'a> {
    pub fn parse(mut rest: &'a str) -> Result<Self> {
        let mut parts = Vec::new();
        while let Some((text, after)) = rest.split_once("{{") {
            let (name, after) =
                after.split_once("}}").with_context(|| format!("{rest:?} lacks closing braces"))?;
            parts.push(Part::Text(text));
            parts.push(Part::Name(name.trim()));
            rest = after;
        }
        parts.push(Part::Text(rest));
        Ok(Self(parts))
    }

    pub fn parts(&self) -> &[Part<'a>] {
        &self.0
    }
}
