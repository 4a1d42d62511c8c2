//! Input: a sentence, and the present in which it is said.

use std::ops::Range;

use domain::{Errors, Field, Moment, Optional, Timezone, input, within, wrong};
use serde_json::{Value, json};

input! {
    /// A sentence, and the present in which it is said.
    pub struct Sentence {
        /// What somebody has typed.
        text: Text,
        /// Time at which it is said. Defaults to the current time.
        now: Optional<Moment>,
        /// Time zone of the user. Defaults to that of the account.
        timezone: Optional<Timezone>,
        /// Locale of the user, such as `en-US`: its region tells whether 4/3 is in April or in March. Without
        /// one, the answer asks.
        locale: Optional<Locale>,
        /// Passages that are text and nothing else, each from a character to the one after its last.
        keep: Keep,
    }
}

/// Up to 20,000 characters.
#[derive(Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Text(String);

const MAX_TEXT: usize = 20_000;

impl Text {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field for Text {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = value.as_str().ok_or_else(|| wrong("must be a string"))?;
        if text.chars().count() > MAX_TEXT {
            return Err(wrong(format!("must have at most {MAX_TEXT} characters")));
        }
        if text.contains('\0') {
            return Err(wrong("must not contain the NUL character"));
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": MAX_TEXT, "pattern": "^[^\\u0000]*$" })
    }
}

/// Language tag (BCP 47), such as `en-US`.
#[derive(Debug, serde::Serialize)]
#[serde(transparent)]
pub struct Locale(String);

const MAX_LOCALE: usize = 35;

impl Locale {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field for Locale {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let is_subtag =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric());
        let tag = value.as_str().filter(|tag| tag.len() <= MAX_LOCALE && tag.split('-').all(is_subtag));
        let tag = tag.filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()));
        tag.map(|tag| Self(tag.to_owned())).ok_or_else(|| wrong("must be a language tag, such as en-US"))
    }

    fn schema() -> Value {
        let pattern = "^[A-Za-z][A-Za-z0-9]{0,7}(-[A-Za-z0-9]{1,8})*$";
        json!({ "type": "string", "maxLength": MAX_LOCALE, "pattern": pattern })
    }
}

/// Pinned passages, in characters.
#[derive(Debug, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Keep(pub Vec<Range<usize>>);

const MAX_PASSAGES: usize = 50;

impl Field for Keep {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let passages = value.as_array().ok_or_else(|| wrong("must be a list"))?;
        if passages.len() > MAX_PASSAGES {
            return Err(wrong(format!("must have at most {MAX_PASSAGES} passages")));
        }
        let (mut kept, mut errors) = (Vec::new(), Errors::new());
        for (index, passage) in passages.iter().enumerate() {
            match range(passage) {
                Some(range) => kept.push(range),
                None => errors
                    .extend(within(index, wrong(format!("must be two whole numbers from 0 to {MAX_TEXT}")))),
            }
        }
        if errors.is_empty() { Ok(Self(kept)) } else { Err(errors) }
    }

    fn schema() -> Value {
        let place = json!({ "type": "integer", "minimum": 0, "maximum": MAX_TEXT });
        let passage = json!({ "type": "array", "items": place, "minItems": 2, "maxItems": 2 });
        json!({ "type": "array", "items": passage, "maxItems": MAX_PASSAGES })
    }

    fn when_absent() -> Option<Self> {
        Some(Self::default())
    }

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

/// Returns the passage between two places. One that ends before it begins is empty.
fn range(passage: &Value) -> Option<Range<usize>> {
    let [from, to] = passage.as_array()?.as_slice() else { return None };
    let place = |value: &Value| {
        let place = value.as_f64().filter(|place| place.fract() == 0.0)?;
        (0.0..=MAX_TEXT as f64).contains(&place).then_some(place as usize)
    };
    Some(place(from)?..place(to)?)
}
