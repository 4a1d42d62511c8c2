//! Reminders of a task, and snoozing.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, within, wrong, wrong_member};
use crate::field::{Field, Fields, Optional, read_fields};
use crate::time_or_day::{EXAMPLE_TIME, Moment};
use crate::{ClientId, Duration, input};

/// New reminder of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewReminder {
    /// Id that the client has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ClientId>,
    /// Time of the reminder.
    #[serde(flatten)]
    pub time: ReminderTime,
}

/// Time of a reminder: absolute, or relative to the due date of its task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderTime {
    /// Absolute time.
    At(Moment),
    /// Time before the due date; the reminder moves with it.
    Before(Duration),
}

input! {
    /// A reminder of every task of a series.
    #[derive(Clone, PartialEq, Eq)]
    pub struct RelativeReminder {
        /// Time before the task is due, such as 15m, 1h, 2d or 1w.
        before: Duration,
    }
}

/// Reminders of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reminders<T>(pub Vec<T>);

/// Maximum number of reminders of a task.
const MAX_REMINDERS: usize = 100;

/// End of a snooze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Snooze {
    /// Absolute time.
    Until(Moment),
    /// 9:00 tomorrow, in the user's time zone.
    Tomorrow,
    /// Number of minutes from now.
    Minutes(u32),
}

/// Parses an object that must have exactly one of two members.
fn parse_one_of<A: Field, B: Field>(
    mut fields: Fields,
    names: [&'static str; 2],
) -> Result<(Option<A>, Option<B>), Errors> {
    let (one, other) = (fields.take::<Optional<A>>(names[0]), fields.take::<Optional<B>>(names[1]));
    match (one, other, fields.finish()) {
        (Some(Optional(one)), Some(Optional(other)), errors) if errors.is_empty() => match (&one, &other) {
            (Some(_), None) | (None, Some(_)) => Ok((one, other)),
            (None, None) => {
                Err(wrong_member(names[0], format!("is required unless `{}` is given", names[1])))
            }
            (Some(_), Some(_)) => {
                Err(wrong_member(names[0], format!("cannot be combined with `{}`", names[1])))
            }
        },
        (.., errors) => Err(errors),
    }
}

/// Returns the schema of an object that has exactly one of two members, and others in any case.
fn one_of_schema(members: [(&str, Value); 2], others: &Value) -> Value {
    let object = |(name, schema): (&str, Value)| {
        let mut properties = others.clone();
        properties[name] = schema;
        json!({ "type": "object", "properties": properties, "required": [name], "additionalProperties": false })
    };
    json!({ "anyOf": members.map(object) })
}

impl NewReminder {
    /// Rejects an absolute time in the past.
    pub fn check(&self, now: Moment) -> Result<(), Errors> {
        match self.time {
            ReminderTime::At(moment) if moment <= now => Err(wrong_member("at", "is in the past")),
            _ => Ok(()),
        }
    }
}

impl Field for NewReminder {
    fn parse(value: &Value) -> Result<Self, Errors> {
        if !value.is_object() {
            return Err(wrong("must be an object, such as {\"before\": \"1h\"}"));
        }
        let mut fields = read_fields(value, ["id", "at", "before"])?;
        let id = fields.take::<Option<ClientId>>("id").flatten();
        let time = match parse_one_of(fields, ["at", "before"])? {
            (Some(moment), _) => ReminderTime::At(moment),
            (None, Some(before)) => ReminderTime::Before(before),
            (None, None) => return Err(wrong("must have `at` or `before`")),
        };
        Ok(Self { id, time })
    }

    fn schema() -> Value {
        let mut id = Option::<ClientId>::schema();
        id["description"] = "Id of the reminder, chosen by the client: a UUID of version 7.".into();
        one_of_schema([("at", Moment::schema()), ("before", Duration::schema())], &json!({ "id": id }))
    }
}

impl<T: Field> Field for Reminders<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let given = value.as_array().ok_or_else(|| wrong("must be a list of reminders"))?;
        if given.len() > MAX_REMINDERS {
            return Err(wrong(format!("must have at most {MAX_REMINDERS} reminders")));
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
        json!({ "type": "array", "items": T::schema(), "maxItems": MAX_REMINDERS })
    }
}

/// `until` of a snooze: a time or `"tomorrow"`.
enum SnoozeUntil {
    Tomorrow,
    At(Moment),
}

impl Field for SnoozeUntil {
    fn parse(value: &Value) -> Result<Self, Errors> {
        match value.as_str() {
            Some("tomorrow") => Ok(Self::Tomorrow),
            _ => Moment::parse(value).map(Self::At).map_err(|_| {
                wrong(format!("must be an RFC 3339 time, such as {EXAMPLE_TIME}, or `tomorrow`"))
            }),
        }
    }

    fn schema() -> Value {
        json!({ "anyOf": [Moment::schema(), { "const": "tomorrow" }] })
    }
}

impl Field for Snooze {
    fn parse(value: &Value) -> Result<Self, Errors> {
        match parse_one_of(read_fields(value, ["until", "for"])?, ["until", "for"])? {
            (Some(SnoozeUntil::Tomorrow), _) => Ok(Self::Tomorrow),
            (Some(SnoozeUntil::At(moment)), _) => Ok(Self::Until(moment)),
            (None, Some(duration)) if Duration::minutes(&duration) > 0 => {
                Ok(Self::Minutes(duration.minutes()))
            }
            _ => Err(wrong_member("for", "must be at least 1m")),
        }
    }

    fn schema() -> Value {
        let members = [("until", SnoozeUntil::schema()), ("for", Duration::positive_schema())];
        one_of_schema(members, &json!({}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers<T: Field + std::fmt::Debug>(given: Value) -> Vec<String> {
        T::parse(&given).expect_err("something is wrong").into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_reminder_has_either_an_absolute_or_a_relative_time() {
        let parsed = |given: Value| json!(NewReminder::parse(&given).expect("valid"));
        assert_eq!(
            parsed(json!({ "at": "2026-12-31T17:00:00Z" })),
            json!({ "at": "2026-12-31T17:00:00+00:00" })
        );
        let named = json!({ "id": "0198c0de-0000-7000-8000-000000000001", "before": "1h" });
        for given in [json!({ "before": "1h" }), named] {
            assert_eq!(parsed(given.clone()), given);
        }
        for given in [json!({}), json!({ "at": "2026-12-31T17:00:00Z", "before": "1h" })] {
            assert_eq!(pointers::<NewReminder>(given), ["/at"]);
        }
    }

    #[test]
    fn every_invalid_reminder_is_reported_with_its_index() {
        let given =
            json!([{ "before": "1h" }, { "at": "soon" }, { "when": 1, "before": "1h" }, 7, { "id": 8 }]);
        assert_eq!(pointers::<Reminders<NewReminder>>(given), ["/1/at", "/2/when", "/3", "/4/id"]);
        assert_eq!(pointers::<Reminders<NewReminder>>(json!(vec![json!({ "before": "1h" }); 101])), [""]);
    }

    #[test]
    fn a_snooze_has_either_an_end_or_a_duration() {
        let parsed = |given: Value| json!(Snooze::parse(&given).expect("valid"));
        assert_eq!(parsed(json!({ "until": "tomorrow" })), json!("tomorrow"));
        assert_eq!(parsed(json!({ "for": "2h" })), json!({ "minutes": 120 }));
        assert_eq!(pointers::<Snooze>(json!({ "for": "0m" })), ["/for"]);
        assert_eq!(pointers::<Snooze>(json!({ "until": "soon" })), ["/until"]);
        assert_eq!(pointers::<Snooze>(json!({})), ["/until"]);
    }
}
