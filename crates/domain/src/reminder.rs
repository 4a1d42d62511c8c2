//! When somebody is to be reminded.

use serde::Serialize;
use serde_json::{Value, json};

use crate::due_date::{A_TIME, Moment};
use crate::field::{Errors, Field, Fields, Optional, read_fields, within, wrong, wrong_member};
use crate::{Before, input};

/// When to remind: at a time, or some time before the task is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NewReminder {
    /// Then.
    At(Moment),
    /// So long before it is due, whenever that is.
    Before(Before),
}

input! {
    /// A reminder of each task of a series.
    #[derive(Clone, PartialEq, Eq)]
    pub struct RelativeReminder {
        /// So long before it is due, as in 15m, 1h, 2d or 1w.
        before: Before,
    }
}

/// A few reminders of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reminders<T>(pub Vec<T>);

/// How many reminders a task may have.
const MOST: usize = 100;

/// Until when a reminder is put off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Snooze {
    /// Until then.
    Until(Moment),
    /// Until nine o'clock of the user's next morning.
    Tomorrow,
    /// For so many minutes.
    Minutes(u32),
}

/// The one member of two that is there.
fn either<A: Field, B: Field>(mut fields: Fields, names: [&'static str; 2]) -> Result<(Option<A>, Option<B>), Errors> {
    let (one, other) = (fields.take::<Optional<A>>(names[0]), fields.take::<Optional<B>>(names[1]));
    match (one, other, fields.finish()) {
        (Some(Optional(one)), Some(Optional(other)), errors) if errors.is_empty() => match (&one, &other) {
            (Some(_), None) | (None, Some(_)) => Ok((one, other)),
            _ => Err(wrong_member(names[0], format!("give either `{}` or `{}`", names[0], names[1]))),
        },
        (.., errors) => Err(errors),
    }
}

fn either_schema(of: [(&str, Value); 2]) -> Value {
    let only = |(name, schema): (&str, Value)| json!({ "type": "object", "properties": { name: schema }, "required": [name], "additionalProperties": false });
    json!({ "anyOf": of.map(only) })
}

impl NewReminder {
    /// Refuses a time that has gone.
    pub fn check(&self, now: Moment) -> Result<(), Errors> {
        match self {
            Self::At(moment) if *moment <= now => Err(wrong_member("at", "is in the past")),
            _ => Ok(()),
        }
    }
}

impl Field for NewReminder {
    fn parse(value: &Value) -> Result<Self, Errors> {
        if !value.is_object() {
            return Err(wrong("must be an object, such as {\"before\": \"1h\"}"));
        }
        match either(read_fields(value, &["at", "before"])?, ["at", "before"])? {
            (Some(moment), _) => Ok(Self::At(moment)),
            (None, Some(before)) => Ok(Self::Before(before)),
            (None, None) => Err(wrong("must say when")),
        }
    }

    fn schema() -> Value {
        either_schema([("at", Moment::schema()), ("before", Before::schema())])
    }
}

impl<T: Field> Field for Reminders<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let given = value.as_array().ok_or_else(|| wrong("must be a list of reminders"))?;
        if given.len() > MOST {
            return Err(wrong(format!("must be at most {MOST} reminders")));
        }
        let (mut reminders, mut errors) = (Vec::new(), Errors::new());
        for (index, value) in given.iter().enumerate() {
            match T::parse(value) {
                Ok(reminder) => reminders.push(reminder),
                Err(found) => errors.extend(within(index, found)),
            }
        }
        if errors.is_empty() { Ok(Self(reminders)) } else { Err(errors) }
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "maxItems": MOST })
    }
}

/// `"tomorrow"`, or a time.
enum Until {
    Tomorrow,
    At(Moment),
}

impl Field for Until {
    fn parse(value: &Value) -> Result<Self, Errors> {
        match value.as_str() {
            Some("tomorrow") => Ok(Self::Tomorrow),
            _ => Moment::parse(value)
                .map(Self::At)
                .map_err(|_| wrong(format!("must be a time as in {A_TIME} (RFC 3339), or `tomorrow`"))),
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [Moment::schema(), { "const": "tomorrow" }] })
    }
}

impl Field for Snooze {
    fn parse(value: &Value) -> Result<Self, Errors> {
        match either(read_fields(value, &["until", "for"])?, ["until", "for"])? {
            (Some(Until::Tomorrow), _) => Ok(Self::Tomorrow),
            (Some(Until::At(moment)), _) => Ok(Self::Until(moment)),
            (None, Some(long)) if Before::minutes(&long) > 0 => Ok(Self::Minutes(long.minutes())),
            _ => Err(wrong_member("for", "must be at least 1m")),
        }
    }

    fn schema() -> Value {
        either_schema([("until", Until::schema()), ("for", Before::longer_schema())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers<T: Field + std::fmt::Debug>(given: Value) -> Vec<String> {
        T::parse(&given).expect_err("something is wrong").into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_reminder_is_either_at_a_time_or_before_one() {
        let written = |given: Value| json!(NewReminder::parse(&given).expect("valid"));
        assert_eq!(written(json!({ "at": "2026-12-31T17:00:00Z" })), json!({ "at": "2026-12-31T17:00:00+00:00" }));
        assert_eq!(written(json!({ "before": "1h" })), json!({ "before": "1h" }));
        for given in [json!({}), json!({ "at": "2026-12-31T17:00:00Z", "before": "1h" })] {
            assert_eq!(pointers::<NewReminder>(given), ["/at"]);
        }
    }

    #[test]
    fn each_wrong_reminder_is_named_by_its_place() {
        let given = json!([{ "before": "1h" }, { "at": "soon" }, { "when": 1, "before": "1h" }, 7]);
        assert_eq!(pointers::<Reminders<NewReminder>>(given), ["/1/at", "/2/when", "/3"]);
        assert_eq!(pointers::<Reminders<NewReminder>>(json!(vec![json!({ "before": "1h" }); 101])), [""]);
    }

    #[test]
    fn a_reminder_is_put_off_until_some_time_or_for_some_time() {
        let written = |given: Value| json!(Snooze::parse(&given).expect("valid"));
        assert_eq!(written(json!({ "until": "tomorrow" })), json!("tomorrow"));
        assert_eq!(written(json!({ "for": "2h" })), json!({ "minutes": 120 }));
        assert_eq!(pointers::<Snooze>(json!({ "for": "0m" })), ["/for"]);
        assert_eq!(pointers::<Snooze>(json!({ "until": "soon" })), ["/until"]);
        assert_eq!(pointers::<Snooze>(json!({})), ["/until"]);
    }
}
