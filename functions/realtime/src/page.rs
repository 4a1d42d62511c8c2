//! Pages of a stream, and their text as server-sent events.

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::position::Position;

/// Media type of a stream.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Seconds between two signs of life.
pub const HEARTBEAT_SECONDS: u64 = 20;

/// Sign of life: a comment, which clients ignore.
pub const HEARTBEAT: &str = ": heartbeat\n\n";

/// Events of a stream, and the position that they lead to.
#[derive(Debug, Deserialize)]
pub struct Page {
    epoch: String,
    seq: u64,
    /// Name and data of each event.
    events: Vec<(String, Box<RawValue>)>,
}

impl Page {
    /// Position of a client that has the page.
    pub fn position(&self) -> Position {
        Position { epoch: self.epoch.clone(), seq: self.seq }
    }

    /// Writes the page as server-sent events. Only the last one has an id: a client that was cut off before
    /// it gets all of them again.
    pub fn to_text(&self) -> String {
        let last = self.events.len().saturating_sub(1);
        let position = self.position();
        let events = self.events.iter().enumerate();
        events.map(|(at, (name, data))| event(name, (at == last).then_some(&position), data.get())).collect()
    }
}

/// Writes the beginning of a stream. Clients that have lost it wait for one to five seconds, each for another
/// time, so that they do not all come back at once.
pub fn hello(position: &Position) -> String {
    let retry = 1000 + u16::from_le_bytes(web::random()) % 4000;
    let data = json!({ "epoch": position.epoch, "seq": position.seq });
    format!("retry: {retry}\n{}", event("hello", Some(position), &data.to_string()))
}

fn event(name: &str, id: Option<&Position>, data: &str) -> String {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    // A line break would end the data. In JSON it can only be white space.
    format!("event: {name}\n{id}data: {}\n\n", data.replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_event_of_a_page_has_an_id_and_each_has_one_line_of_data() {
        let page = "{\"epoch\":\"e\",\"seq\":7,\"events\":[[\"conflict\",{}],[\"changes\",{\"a\":\n7}]]}";
        let page: Page = serde_json::from_str(page).expect("a page");
        let text = "event: conflict\ndata: {}\n\nevent: changes\nid: e.7\ndata: {\"a\": 7}\n\n";
        assert_eq!(page.to_text(), text);
    }

    #[test]
    fn a_page_without_events_is_empty() {
        let page: Page = serde_json::from_str(r#"{"epoch":"e","seq":7,"events":[]}"#).expect("a page");
        assert_eq!(page.to_text(), "");
    }
}
