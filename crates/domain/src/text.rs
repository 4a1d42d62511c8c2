//! Titles and descriptions.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};

/// Title of a task: one line of 1 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Title(String);

/// Description of a task: up to 20,000 characters, with line breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description(String);

impl Field for Title {
    fn parse(value: &Value) -> Result<Self, Errors> {
        line(text(value)?, 500).map(Self)
    }

    fn schema() -> Value {
        line_schema(500)
    }
}

impl Field for Description {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let text = to_nfc(text(value)?);
        if text.chars().count() > 20_000 {
            return Err(wrong("must have at most 20000 characters"));
        }
        // Postgres cannot store it.
        if text.contains('\0') {
            return Err(wrong("must not contain the NUL character"));
        }
        Ok(Self(text.into_owned()))
    }

    fn schema() -> Value {
        json!({ "type": "string", "maxLength": 20_000, "pattern": "^[^\\u0000]*$" })
    }
}

/// Characters that show nothing, as ranges: those that Unicode ignores by default, format controls, fillers
/// and blanks of some scripts, noncharacters, and the planes that have no other character. Joiners and
/// variation selectors are among them, so they are valid beside others.
const INVISIBLE: [(char, char); 28] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{13441}', '\u{13442}'),
    ('\u{16fe4}', '\u{16fe4}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{1fffe}', '\u{1ffff}'),
    ('\u{2fffe}', '\u{2ffff}'),
    ('\u{3fffe}', '\u{effff}'),
    ('\u{ffffe}', '\u{fffff}'),
    ('\u{10fffe}', '\u{10ffff}'),
];

/// True for white space, and for characters that show nothing.
pub fn is_invisible(character: char) -> bool {
    character.is_whitespace() || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// Returns a text in the normal form NFC. A letter with an accent may come as one character or as two; tags,
/// titles and search words must be equal all the same.
pub fn to_nfc(text: &str) -> Cow<'_, str> {
    // Most text is ASCII, which is found out faster.
    if text.is_ascii() { text.into() } else { normalize(text) }
}

#[cfg(not(target_os = "unknown"))]
fn normalize(text: &str) -> Cow<'_, str> {
    icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Leaves it to the server in browsers, where the tables would be a tenth of what is loaded.
#[cfg(target_os = "unknown")]
fn normalize(text: &str) -> Cow<'_, str> {
    text.into()
}

/// Normalizes and trims a line of text, and checks that it has 1 to `max` characters, of which at least one
/// shows, and no control characters.
pub fn line(text: &str, max: usize) -> Result<String, Errors> {
    let text = to_nfc(text);
    if text.chars().any(char::is_control) {
        return Err(wrong("must not contain control characters"));
    }
    let length = text.chars().count();
    if length > max {
        return Err(wrong(format!("must have at most {max} characters, not {length}")));
    }
    // A byte order mark is as invisible as a space, but is not whitespace in Unicode.
    match text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}') {
        "" => Err(wrong("must not be empty")),
        text if text.chars().all(is_invisible) => Err(wrong("must have a visible character")),
        text => Ok(text.to_owned()),
    }
}

/// Returns the JSON schema of [`line`]. Its pattern avoids classes that some regex dialects lack.
pub fn line_schema(max: usize) -> Value {
    line_schema_without("", max)
}

/// Returns the JSON schema of a line that also excludes the characters in `others`.
pub fn line_schema_without(others: &str, max: usize) -> Value {
    let any = format!("[^\\u0000-\\u001f\\u007f-\\u009f{others}]");
    // Without the last ranges: dialects have no common escape for characters beyond U+FFFF.
    let invisible: String = INVISIBLE
        .iter()
        .map(|(first, last)| (u32::from(*first), u32::from(*last)))
        .filter(|(_, last)| *last <= 0xffff)
        .map(|(first, last)| format!("\\u{first:04x}-\\u{last:04x}"))
        .collect();
    let visible = format!("[^\\u0000-\\u001f\\u007f-\\u009f\\s{invisible}{others}]");
    json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": format!("^{any}*{visible}{any}*$") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_title_loses_the_spaces_around_it() {
        assert_eq!(Title::parse(&json!("  buy milk ")), Ok(Title("buy milk".into())));
    }

    #[test]
    fn a_title_has_a_visible_character() {
        for invisible in
            ["", " ", "\u{200b}", "\u{feff}\u{ad}", "\u{3164} \u{2060}", "\u{200d}\u{fe0f}", "\u{e0041}"]
                .into_iter()
                .chain(["\u{1d159}", "\u{13430}", "\u{13439}", "\u{1343f}", "\u{13441}", "\u{16fe4}"])
                .chain(["\u{fdd0}", "\u{fffe}", "\u{1ffff}", "\u{5fffe}", "\u{e1000}", "\u{10ffff}"])
        {
            assert!(Title::parse(&json!(invisible)).is_err(), "{}", invisible.escape_unicode());
        }
        for visible in ["❤\u{fe0f}", "👩\u{200d}👧", "\u{200f}x", "x", "\u{200b}x", "\u{13000}", "𠜎"]
        {
            assert_eq!(Title::parse(&json!(visible)), Ok(Title(visible.into())));
        }
    }

    #[test]
    fn a_title_counts_characters_and_not_bytes() {
        assert!(Title::parse(&json!("ü".repeat(500))).is_ok());
        assert!(Title::parse(&json!("ü".repeat(501))).is_err());
        assert!(Title::parse(&json!("u\u{308}".repeat(500))).is_ok());
        assert!(Title::parse(&json!("u\u{308}".repeat(501))).is_err());
    }

    #[test]
    fn text_is_the_same_however_it_was_typed() {
        for (typed, text) in [
            ("e\u{301}te\u{301}", "été"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("a\u{323}\u{302}", "ậ"),
            ("q\u{301}", "q\u{301}"),
            ("\u{958}", "\u{915}\u{93c}"),
        ] {
            assert_eq!(Title::parse(&json!(typed)), Ok(Title(text.into())));
            assert_eq!(Description::parse(&json!(typed)), Ok(Description(text.into())));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_title_within_its_bounds_or_an_error(text in any::<String>()) {
            if let Ok(Title(title)) = Title::parse(&json!(text)) {
                prop_assert!((1..=500).contains(&title.chars().count()));
                prop_assert_eq!(title.trim(), &title);
                prop_assert!(!title.chars().any(char::is_control));
            }
        }

        #[test]
        fn parsing_a_parsed_title_changes_nothing(text in any::<String>()) {
            if let Ok(title) = Title::parse(&json!(text)) {
                prop_assert_eq!(Title::parse(&json!(title.0.clone())), Ok(title));
            }
        }
    }
}
