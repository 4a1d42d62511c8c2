//! Types of an account: e-mail address, name, password and time zone.

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};
use crate::text::{line, line_schema};

/// E-mail address: a local part, one `@` and a domain. Deliverability is not checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Email(String);

/// Display name of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name(String);

/// Password of 8 to 200 characters. Neither `Debug` nor `Serialize` reveals it.
pub struct Password(String);

/// Time zone of the IANA database, such as `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timezone(String);

/// JSON schema pattern of an e-mail address, without classes that some regex dialects lack.
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
            _ => Err(wrong("must be an e-mail address, such as ada@example.com")),
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
    /// Returns the password in clear, for hashing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// Serializes to `null`, so that a password can never leave the process by accident.
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
        let zone = TimeZone::get(name)
            .map_err(|_| wrong("must be an IANA time zone, such as Europe/Berlin or UTC"))?;
        // Zone names are case-insensitive; keep the spelling of the IANA database.
        Ok(Self(zone.iana_name().unwrap_or("UTC").to_owned()))
    }

    fn schema() -> Value {
        json!({ "$ref": "#/components/schemas/Timezone" })
    }
}

impl Timezone {
    /// Looks up the zone's rules. The lookup is slow, so callers keep the result; it cannot fail after
    /// parsing.
    pub fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

/// Returns the JSON schema of a time zone, with all names of the IANA database.
pub fn timezone_schema() -> Value {
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    json!({ "type": "string", "description": "IANA time zone", "enum": names, "examples": ["Europe/Berlin"] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_a_local_part_and_a_domain() {
        for good in ["ada@example.com", "a+b@mail.example.co", "ä@exämple.de"] {
            assert!(Email::parse(&json!(good)).is_ok(), "{good}");
        }
        for bad in ["ada", "@example.com", "ada@", "ada@example", "a@b@c.de", "a b@c.de", "ada@example..com"]
        {
            assert!(Email::parse(&json!(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_zones_of_the_iana_database_are_accepted() {
        assert_eq!(Timezone::parse(&json!("europe/berlin")), Ok(Timezone("Europe/Berlin".into())));
        assert!(Timezone::parse(&json!("Mars/Olympus")).is_err());
    }

    #[test]
    fn a_password_is_never_printed_or_serialized() {
        let password = Password::parse(&json!("correct horse")).expect("long enough");
        assert_eq!(format!("{password:?}"), "Password(hidden)");
        assert_eq!(json!(password), Value::Null);
    }
}
