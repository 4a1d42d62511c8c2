//! Shows the understanding of a sentence, with its spans underlined.

use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use language::{Now, Order, Understanding, understand};

/// Prints the understanding of `text [now] [zone] [locale]`.
pub fn say(arguments: &[String]) -> ExitCode {
    let get = |index: usize| arguments.get(index).map(String::as_str);
    let now: Timestamp = get(1).and_then(|now| now.parse().ok()).unwrap_or_else(Timestamp::now);
    let zone = get(2).and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    let text = get(0).unwrap_or_default();
    let found = understand(text, &[], &Now::new(now, zone, get(3).and_then(Order::of_locale)));
    show(text, &found);
    ExitCode::SUCCESS
}

fn show(text: &str, found: &Understanding) {
    let mut line: Vec<char> = text.chars().map(|_| ' ').collect();
    for span in &found.spans {
        let sign = serde_json::json!(span.kind).as_str().and_then(|kind| kind.chars().next()).unwrap_or('?');
        line[span.from..span.to].fill(sign);
    }
    println!("{text}\n{}", line.iter().collect::<String>());
    println!("{:#}", serde_json::json!(found));
}
