//! Requests of the browser: three lines, and the text. The first line has the time (Unix, in milliseconds),
//! the offset of the user's zone before its first change (in seconds), and the locale; the second one the
//! changes of the zone, a time (Unix, in seconds) and an offset each; the third one the pinned passages, two
//! places each. A parser of JSON would be a tenth of the module.

use std::ops::Range;

use jiff::Timestamp;
use language::{Now, Order, Understanding, understand};

use crate::zone::{Change, zone};

/// Returns the understanding of the text in a request.
pub fn answer(request: &str) -> Option<Understanding> {
    let mut parts = request.splitn(4, '\n');
    let mut line = || parts.next();
    let (mut head, changes, keep, text) = (line()?.split(' '), numbers(line()?)?, numbers(line()?)?, line()?);
    let instant = Timestamp::from_millisecond(head.next()?.parse().ok()?).ok()?;
    let offset = head.next()?.parse().ok()?;
    let order = head.next().and_then(Order::of_locale);
    let change = |pair: &[i64]| Some(Change { at: pair[0], offset: i32::try_from(pair[1]).ok()? });
    let changes: Vec<Change> = changes.chunks_exact(2).map(change).collect::<Option<_>>()?;
    let passage = |pair: &[i64]| Some(usize::try_from(pair[0]).ok()?..usize::try_from(pair[1]).ok()?);
    let keep: Vec<Range<usize>> = keep.chunks_exact(2).map(passage).collect::<Option<_>>()?;
    Some(understand(text, &keep, &Now::new(instant, zone(offset, &changes), order)))
}

fn numbers(line: &str) -> Option<Vec<i64>> {
    line.split(' ').filter(|number| !number.is_empty()).map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_understood_in_the_zone_of_its_request() {
        let request = "1774634400000 3600 en-US\n1774746000 7200\n0 4\ncall mom tomorrow 5pm";
        let understood = answer(request).unwrap();
        assert_eq!(
            json!(understood.data),
            json!({ "title": "call mom", "due_date": "2026-03-28T17:00:00+01:00" })
        );
        for broken in ["", "now 0\n\n\ntext", "0 0\n1 x\n\ntext", "0 0\n\n-1 2\ntext", "0 0\n\n"] {
            assert!(answer(broken).is_none(), "{broken:?}");
        }
    }
}
