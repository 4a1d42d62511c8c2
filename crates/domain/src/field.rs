//! Parsing of JSON into types. Every invalid member is reported, not just the first one.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::errors::{Errors, escape, within, wrong, wrong_member};

/// A value that can be a member of an input.
pub trait Field: Sized {
    /// Parses the value; the pointers of its errors start at the value itself.
    fn parse(value: &Value) -> Result<Self, Errors>;

    /// Returns the JSON schema of the values that `parse` accepts.
    fn schema() -> Value;

    /// Returns the default of a missing member, or `None` if the member is required.
    fn when_absent() -> Option<Self> {
        None
    }

    /// Returns true if the member is omitted from serialized JSON.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Returns the text of a JSON string.
pub fn text(value: &Value) -> Result<&str, Errors> {
    value.as_str().ok_or_else(|| wrong("must be a string"))
}

/// Returns the value as a whole number within these bounds. JSON has one number type, so `7.0` is valid.
pub fn whole_number(value: &Value, bounds: std::ops::RangeInclusive<u16>) -> Option<u16> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
    (f64::from(*bounds.start())..=f64::from(*bounds.end())).contains(&number).then_some(number as u16)
}

impl Field for bool {
    fn parse(value: &Value) -> Result<Self, Errors> {
        value.as_bool().ok_or_else(|| wrong("must be true or false"))
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

/// Optional member; `null` means the same as a missing one.
impl<T: Field> Field for Option<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        if value.is_null() { Ok(None) } else { T::parse(value).map(Some) }
    }

    fn schema() -> Value {
        nullable(T::schema())
    }

    fn when_absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// Optional member that must not be `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Optional<T>(pub Option<T>);

impl<T> Default for Optional<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Field> Field for Optional<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        T::parse(value).map(|value| Self(Some(value)))
    }

    fn schema() -> Value {
        T::schema()
    }

    fn when_absent() -> Option<Self> {
        Some(Self(None))
    }

    fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

/// Required member that may be `null`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Nullable<T>(pub Option<T>);

impl<T: Field> Field for Nullable<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        Option::parse(value).map(Self)
    }

    fn schema() -> Value {
        nullable(T::schema())
    }
}

/// Member of a JSON merge patch (RFC 7396).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Missing member: keeps the current value.
    #[default]
    Keep,
    /// `null`: clears the value.
    Clear,
    /// New value.
    Set(T),
}

impl<T> Patch<T> {
    /// Applies the patch to a value.
    pub fn over(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }
}

impl<T: Field> Field for Patch<T> {
    fn parse(value: &Value) -> Result<Self, Errors> {
        if value.is_null() { Ok(Self::Clear) } else { T::parse(value).map(Self::Set) }
    }

    fn schema() -> Value {
        nullable(T::schema())
    }

    fn when_absent() -> Option<Self> {
        Some(Self::Keep)
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => value.serialize(serializer),
            Self::Keep | Self::Clear => serializer.serialize_none(),
        }
    }
}

fn nullable(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// Reader of an object's members that collects every error. Used by [`input!`](crate::input).
#[derive(Debug)]
pub struct Fields<'a> {
    members: &'a Map<String, Value>,
    known: Vec<&'static str>,
    errors: Errors,
}

/// Starts reading an object. Members that are not in `known` become errors.
pub fn read_fields(value: &Value, known: impl Into<Vec<&'static str>>) -> Result<Fields<'_>, Errors> {
    let members = value.as_object().ok_or_else(|| wrong("must be an object"))?;
    Ok(Fields { members, known: known.into(), errors: Errors::new() })
}

impl Fields<'_> {
    /// Parses one member. Returns `None` if it is invalid; `finish` returns the error.
    pub fn take<T: Field>(&mut self, name: &'static str) -> Option<T> {
        let parsed = match self.members.get(name) {
            Some(value) => T::parse(value),
            None => T::when_absent().ok_or_else(|| wrong("is required")),
        };
        parsed.map_err(|errors| self.errors.extend(within(name, errors))).ok()
    }

    /// Returns all errors, including one for each unknown member.
    pub fn finish(mut self) -> Errors {
        self.errors.extend(unknown(self.members, &self.known));
        self.errors
    }
}

/// Input without members.
#[derive(Debug, Default, Serialize)]
pub struct NoMembers {}

impl Field for NoMembers {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let errors = read_fields(value, [])?.finish();
        if errors.is_empty() { Ok(Self {}) } else { Err(errors) }
    }

    fn schema() -> Value {
        json!({ "type": "object", "additionalProperties": false })
    }
}

/// A JSON object with a fixed set of members. It can also be a part of a larger one.
pub trait Object: Field {
    /// Returns the names of the members.
    fn members() -> Vec<&'static str>;

    /// Parses the members. Returns `None` if one is invalid.
    fn take(fields: &mut Fields<'_>) -> Option<Self>;

    /// Adds the members to the schema of an object.
    fn describe(schema: &mut ObjectSchema);
}

/// Parses an object that has no other members.
pub fn parse_object<T: Object>(value: &Value) -> Result<T, Errors> {
    let mut fields = read_fields(value, T::members())?;
    let object = T::take(&mut fields);
    match (object, fields.finish()) {
        (Some(object), errors) if errors.is_empty() => Ok(object),
        (_, errors) => Err(errors),
    }
}

/// JSON schema of an object, member by member.
#[derive(Debug, Default)]
pub struct ObjectSchema {
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl ObjectSchema {
    /// Returns the schema of an object that has no other members.
    pub fn of<T: Object>(description: &str) -> Value {
        let mut schema = Self::default();
        T::describe(&mut schema);
        json!({
            "type": "object",
            "description": description,
            "properties": schema.properties,
            "required": schema.required,
            "additionalProperties": false,
        })
    }

    /// Adds a member.
    pub fn member<T: Field>(&mut self, name: &'static str, description: &str) {
        let mut property = T::schema();
        property["description"] = description.into();
        self.properties.insert(name.into(), property);
        if T::when_absent().is_none() {
            self.required.push(name);
        }
    }
}

/// Maximum number of unknown members to report; more of them only lengthen the response.
const MAX_UNKNOWN: usize = 20;

/// Returns an error for each unknown member.
fn unknown(members: &Map<String, Value>, known: &[&str]) -> Errors {
    let detail = match known {
        [] => "is unknown: no members are allowed here".to_owned(),
        known => format!("is unknown; the known members are: {}", known.join(", ")),
    };
    let unknown = members.keys().filter(|name| !known.contains(&name.as_str())).take(MAX_UNKNOWN);
    unknown.flat_map(|name| wrong_member(&escape(name), &detail)).collect()
}

/// Declares an input: a struct whose members are [`Field`]s. It parses JSON, returns its JSON schema, and
/// serializes to the JSON that SQL statements take. `..name: Input` includes the members of another input.
#[macro_export]
macro_rules! input {
    ($(#[doc = $about:literal])+ $(#[derive($($Derived:ident),+)])? $visibility:vis struct $Input:ident {
        $($(#[doc = $doc:literal])+ $field:ident: $Type:ty,)*
        $(..$part:ident: $Part:ty, $($(#[doc = $more_doc:literal])+ $more:ident: $More:ty,)*)*
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, $crate::for_macros::Serialize $($(, $Derived)+)?)]
        #[serde(crate = "domain::for_macros::serde")]
        $visibility struct $Input {
            $($(#[doc = $doc])+
            #[serde(skip_serializing_if = "domain::Field::is_absent")]
            pub $field: $Type,)*
            $(#[doc = concat!("Members of [`", stringify!($Part), "`].")]
            #[serde(flatten)]
            pub $part: $Part,
            $($(#[doc = $more_doc])+
            #[serde(skip_serializing_if = "domain::Field::is_absent")]
            pub $more: $More,)*)*
        }

        impl $crate::Object for $Input {
            fn members() -> Vec<&'static str> {
                let own: &[&'static str] = &[$(stringify!($field)),*];
                [
                    own.to_vec(),
                    $(<$Part as $crate::Object>::members(), vec![$(stringify!($more)),*],)*
                ]
                .concat()
            }

            fn take(fields: &mut $crate::Fields<'_>) -> Option<Self> {
                $(let $field = fields.take(stringify!($field));)*
                $(let $part = $crate::Object::take(fields);
                $(let $more = fields.take(stringify!($more));)*)*
                Some(Self { $($field: $field?,)* $($part: $part?, $($more: $more?,)*)* })
            }

            fn describe(schema: &mut $crate::ObjectSchema) {
                $(schema.member::<$Type>(stringify!($field), concat!($($doc),+).trim());)*
                $(<$Part as $crate::Object>::describe(schema);
                $(schema.member::<$More>(stringify!($more), concat!($($more_doc),+).trim());)*)*
            }
        }

        impl $crate::Field for $Input {
            fn parse(value: &$crate::for_macros::serde_json::Value) -> Result<Self, $crate::Errors> {
                $crate::parse_object(value)
            }

            fn schema() -> $crate::for_macros::serde_json::Value {
                $crate::ObjectSchema::of::<Self>(concat!($($about),+).trim())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limit, Title};

    input! {
        /// A page.
        #[derive(Default)]
        pub struct Page {
            /// Number of items.
            limit: Optional<Limit>,
        }
    }

    input! {
        /// A search.
        pub struct Search {
            /// Its words.
            words: Title,
            ..page: Page,
            /// True if it is exact.
            exact: Option<bool>,
        }
    }

    #[test]
    fn an_input_has_the_members_of_its_parts() {
        let given = json!({ "words": "milk", "limit": 7, "exact": true });
        let search = Search::parse(&given).expect("valid");
        assert_eq!(search.page.limit, Optional(Some(Limit(7))));
        assert_eq!(json!(search), given);
        let schema = Search::schema();
        let names: Vec<&String> = schema["properties"].as_object().expect("an object").keys().collect();
        assert_eq!(names, ["words", "limit", "exact"]);
        assert_eq!((&schema["required"], &schema["description"]), (&json!(["words"]), &json!("A search.")));
        assert_eq!(schema["properties"]["limit"]["description"], "Number of items.");
    }

    #[test]
    fn every_invalid_member_of_an_input_and_its_parts_is_reported() {
        let errors = Search::parse(&json!({ "limit": 0, "exact": "yes", "colour": 1 })).expect_err("invalid");
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/words", "/limit", "/exact", "/colour"]);
        assert!(errors[3].detail.ends_with("words, limit, exact"), "{}", errors[3].detail);
    }

    #[test]
    fn the_long_name_of_an_unknown_member_is_shortened() {
        let errors = NoMembers::parse(&json!({ "x".repeat(500_000): 1 })).expect_err("unknown");
        assert!(errors[0].pointer.len() < 300, "{}", errors[0].pointer);
    }
}
