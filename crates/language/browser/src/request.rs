//! Requests of the browser.

use jiff::Timestamp;
use language::{Now, Order, understand};
use serde::Deserialize;
use serde_json::json;

use crate::zone::{Change, zone};

/// Sentence, and the present in which it is said.
#[derive(Deserialize)]
struct Request {
    text: String,
    /// Pinned passages, in characters.
    keep: Vec<(usize, usize)>,
    /// Unix time in milliseconds.
    now: i64,
    /// Offset of the user's zone before the first change, in seconds.
    offset: i32,
    changes: Vec<Change>,
    locale: Option<String>,
}

/// Returns the understanding of the sentence in a request, or an error.
pub fn respond(request: &[u8]) -> Vec<u8> {
    let response = match serde_json::from_slice::<Request>(request) {
        Ok(request) => json!(answer(&request)),
        Err(error) => json!({ "error": error.to_string() }),
    };
    response.to_string().into_bytes()
}

fn answer(request: &Request) -> language::Understanding {
    let instant = Timestamp::from_millisecond(request.now).unwrap_or_default();
    let order = request.locale.as_deref().and_then(Order::of_locale);
    let now = Now::new(instant, zone(request.offset, &request.changes), order);
    let keep: Vec<_> = request.keep.iter().map(|(from, to)| *from..*to).collect();
    understand(&request.text, &keep, &now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_understood_in_the_zone_of_its_request() {
        let request = json!({
            "text": "call mom tomorrow 5pm", "keep": [], "now": 1_774_634_400_000_i64, "offset": 3600,
            "changes": [{ "at": 1_774_746_000, "offset": 7200 }], "locale": null,
        });
        let response: serde_json::Value =
            serde_json::from_slice(&respond(request.to_string().as_bytes())).unwrap();
        assert_eq!(response["data"], json!({ "title": "call mom", "due_date": "2026-03-28T17:00:00+01:00" }));
        let error: serde_json::Value = serde_json::from_slice(&respond(b"{}")).unwrap();
        assert!(error["error"].is_string(), "{error}");
    }
}
