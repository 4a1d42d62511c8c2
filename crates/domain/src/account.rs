//! What an account is made of.

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Errors;
use crate::field::{Field, text, wrong};
use crate::text::{line, line_schema};

/// An e-mail address: something before and a domain after one `@`. Whether mail arrives there, only mail can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Email(String);

/// What a person wants to be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name(String);

/// A password of 8 to 200 characters. It is never written out, not even for debugging.
pub struct Password(String);

/// A zone of the IANA database, such as `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timezone(String);

/// Written without classes that only some regular expressions know.
const EMAIL: &str = "^[^@\\s\\u0000-\\u001f\\u007f-\\u009f\\ufeff]+@([^@.\\s\\u0000-\\u001f\\u007f-\\u009f\\ufeff]+\\.)+[^@.\\s\\u0000-\\u001f\\u007f-\\u009f\\ufeff]+$";

impl Field for Email {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let email = line(text(value)?, 254)?;
        match email.split_once('@') {
            Some((local, domain))
                if !local.is_empty()
                    && domain.split('.').count() > 1
                    && domain.split('.').all(|label| !label.is_empty())
                    && !domain.contains('@')
                    && !email.contains(|c: char| c.is_whitespace() || c == '\u{feff}') =>
            {
                Ok(Self(email))
            }
            _ => Err(wrong("must be an e-mail address as in ada@example.com")),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": 254, "pattern": EMAIL })
    }
}

impl Field for Name {
    fn parse(value: &Value) -> Result<Self, Errors> {
        line(text(value)?, 100).map(Self)
    }

    fn schema() -> Value {
        line_schema(100)
    }
}

impl Password {
    /// The characters themselves, for the hash function alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// Nobody passes a password on: it is written as nothing at all.
impl Serialize for Password {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl Field for Password {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let password = text(value)?;
        match password.chars().count() {
            8..=200 => Ok(Self(password.to_owned())),
            _ => Err(wrong("must have 8 to 200 characters")),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "minLength": 8, "maxLength": 200, "format": "password" })
    }
}

impl Field for Timezone {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let name = text(value)?;
        let zone = TimeZone::get(name).map_err(|_| wrong("must be a zone as in Europe/Berlin or UTC"))?;
        // The name as the database of zones spells it, whatever letter case was typed.
        Ok(Self(zone.iana_name().unwrap_or("UTC").to_owned()))
    }

    fn schema() -> Value {
        json!({ "$ref": "#/components/schemas/Timezone" })
    }
}

impl Timezone {
    /// The rules of its clocks. They were there when its name was parsed, and looking them up takes a while.
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

/// The JSON schema of a zone: all that there are. Any letter case is understood.
pub fn timezones() -> Value {
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    json!({ "type": "string", "description": "A zone of the IANA database", "enum": names, "examples": ["Europe/Berlin"] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_somebody_at_a_domain() {
        for good in ["ada@example.com", "a+b@mail.example.co", "ä@exämple.de"] {
            assert!(Email::parse(&json!(good)).is_ok(), "{good}");
        }
        for bad in ["ada", "@example.com", "ada@", "ada@example", "a@b@c.de", "a b@c.de", "ada@example..com"] {
            assert!(Email::parse(&json!(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_zone_is_one_that_exists() {
        assert_eq!(Timezone::parse(&json!("europe/berlin")), Ok(Timezone("Europe/Berlin".into())));
        assert!(Timezone::parse(&json!("Mars/Olympus")).is_err());
    }

    #[test]
    fn a_password_never_shows() {
        let password = Password::parse(&json!("correct horse")).expect("long enough");
        assert_eq!(format!("{password:?}"), "Password(hidden)");
        assert_eq!(json!(password), Value::Null);
    }
}
