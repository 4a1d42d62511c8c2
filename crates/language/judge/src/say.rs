//! Shows the understanding of a sentence, with its spans underlined.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use language::{Now, Order, SpanKind, Understanding, understand};
use serde_json::json;

/// Understands a text and returns it with its spans underlined, then the understanding. Without a present it
/// is now; without a zone it is that of this machine.
pub fn say(
    text: &str,
    now: Option<&str>,
    timezone: Option<&str>,
    locale: Option<&str>,
) -> Result<String, String> {
    let now = match now {
        Some(now) => {
            now.parse().map_err(|_| format!("`{now}` is no instant, such as 2026-03-04T10:00:00Z"))?
        }
        None => Timestamp::now(),
    };
    let zone = match timezone {
        Some(name) => {
            TimeZone::get(name).map_err(|_| format!("`{name}` is no time zone, such as Europe/Berlin"))?
        }
        None => TimeZone::system(),
    };
    let understood = understand(text, &[], &Now::new(now, zone, locale.and_then(Order::of_locale)));
    let line = underlined(text, &understood);
    Ok(format!("{text}\n{line}\n{:#}\n", json!(understood)))
}

/// Line with a letter below each character of a span: d for a date, r for a recurrence.
fn underlined(text: &str, understood: &Understanding) -> String {
    let mut line: Vec<char> = text.chars().map(|_| ' ').collect();
    let further = understood.then.iter().flat_map(|then| &then.spans);
    for span in understood.spans.iter().chain(further) {
        if let Some(cells) = line.get_mut(span.from..span.to) {
            cells.fill(letter(span.kind));
        }
    }
    line.into_iter().collect::<String>().trim_end().to_owned()
}

fn letter(kind: SpanKind) -> char {
    match kind {
        SpanKind::Date => 'd',
        SpanKind::Recurrence => 'r',
        SpanKind::Reminder => 'm',
        SpanKind::Priority => 'p',
        SpanKind::Tag => 't',
        SpanKind::Command => 'c',
        SpanKind::Quote => 'q',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_underlined_with_their_letters() {
        let shown =
            say("call mom tomorrow #family p1", Some("2026-03-04T10:00:00Z"), Some("UTC"), None).unwrap();
        assert_eq!(shown.lines().nth(1), Some("         dddddddd ttttttt pp"));
        assert!(say("call mom", Some("yesterday"), None, None).is_err());
        assert!(say("call mom", None, Some("Mars/Olympus"), None).is_err());
    }
}
