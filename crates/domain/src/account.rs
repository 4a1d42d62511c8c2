//! Types of an account: e-mail address, name, password and time zone.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};
use crate::text::{line, line_schema};

/// E-mail address in its only spelling: an addr-spec of RFC 5322 without quotes, in lower case, and with the
/// domain in ASCII (`xn--…`). Deliverability is not checked.
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

/// JSON schema pattern of an address in ASCII. No pattern can say which other letters make a domain.
const EMAIL: &str = r"^(?![^@]{65})(?!.{255})[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$";

/// Maximum number of characters in an address, and in the part before the `@` (RFC 5321).
const MAX_EMAIL: usize = 254;
const MAX_LOCAL: usize = 64;

/// Characters of an atom besides letters and digits (RFC 5322).
const ATOM: &str = "!#$%&'*+-/=?^_`{|}~";

impl Email {
    /// Returns the address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the only spelling of an address, or `None` if it is no address.
fn canonical(address: &str) -> Option<String> {
    if address.chars().count() > MAX_EMAIL {
        return None;
    }
    let (local, domain) = address.split_once('@')?;
    let (local, domain) = (local.to_lowercase(), domain.to_lowercase());
    let is_in_atom = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || ATOM.contains(c);
    let has_atoms = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_in_atom));
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()?;
    let (_, top_level) = ascii.rsplit_once('.')?;
    // IDNA drops invisible characters and rewrites other spellings. What it does not leave as it is was not
    // what people see.
    let is_visible = (local.is_ascii() || is_unchanged(&local))
        && (domain.is_ascii() || idna::domain_to_unicode(&ascii).0 == domain);
    let address = format!("{local}@{ascii}");
    let is_valid = has_atoms
        && is_visible
        && top_level.starts_with(|c: char| c.is_ascii_alphabetic())
        && local.len() <= MAX_LOCAL
        && address.len() <= MAX_EMAIL;
    is_valid.then_some(address)
}

/// True if IDNA accepts a text and leaves it as it is.
fn is_unchanged(text: &str) -> bool {
    let (unicode, result) = idna::domain_to_unicode(text);
    result.is_ok() && unicode == text
}

impl Field for Email {
    fn parse(value: &Value) -> Result<Self, Errors> {
        canonical(text(value)?)
            .map(Self)
            .ok_or_else(|| wrong("must be an e-mail address, such as ada@example.com"))
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": EMAIL })
    }
}

impl Name {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
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

    fn email(text: &str) -> Option<String> {
        Email::parse(&json!(text)).ok().map(|email| email.as_str().to_owned())
    }

    #[test]
    fn an_address_has_one_spelling() {
        for (given, spelling) in [
            ("Ada@Example.COM", "ada@example.com"),
            ("ada+tasks@mail.example.co", "ada+tasks@mail.example.co"),
            ("o'brien_{x}@example.com", "o'brien_{x}@example.com"),
            ("ada@EXÄMPLE.de", "ada@xn--exmple-cua.de"),
            ("ada@xn--exmple-cua.DE", "ada@xn--exmple-cua.de"),
            ("Ä@example.com", "ä@example.com"),
            ("ada@उदाहरण.भारत", "ada@xn--p1b6ci4b4b3a.xn--h2brj9c"),
        ] {
            assert_eq!(email(given).as_deref(), Some(spelling), "{given}");
            assert_eq!(email(spelling).as_deref(), Some(spelling), "a spelling is its own spelling");
        }
    }

    #[test]
    fn what_is_no_address_is_rejected() {
        for bad in [
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a@b@c.de",
            "a b@c.de",
            " ada@example.com",
            "ada@example.com\n",
            "ada@example..com",
            "ada@example.com.",
            "ada@-example.com",
            "ada@exa_mple.com",
            ".ada@example.com",
            "ada.@example.com",
            "ada..b@example.com",
            "<x@y.z>",
            "Ada <ada@example.com>",
            "a,b@c.d",
            "victim@x.com;a.b",
            "\"ada\"@example.com",
            "ada(a comment)@example.com",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
        ] {
            assert_eq!(email(bad), None, "{bad}");
        }
        assert_eq!(email(&format!("{}@example.com", "a".repeat(65))), None);
        assert_eq!(email(&format!("ada@{}com", "example.".repeat(32))), None);
        assert!(email(&format!("{}@example.com", "a".repeat(64))).is_some());
    }

    #[test]
    fn invisible_characters_and_look_alikes_of_the_dot_are_rejected() {
        for c in [
            '\u{ad}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{2060}', '\u{feff}', '\u{fe0f}', '\u{3164}',
            '。',
        ] {
            for address in
                [format!("a{c}da@example.com"), format!("ada@exam{c}ple.com"), format!("{c}ada@example.com")]
            {
                assert_eq!(email(&address), None, "{}", address.escape_unicode());
            }
        }
        assert_eq!(email("a\u{308}da@example.com"), None, "an umlaut of two characters is another spelling");
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
