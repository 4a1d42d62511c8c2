//! Lists in pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::endpoint::Asked;
use crate::failure::{Failure, INVALID_PARAMS};

/// How many there are on a page: more than there are of anything, as some clients never ask for the second.
const PAGE: usize = 50;

/// A part of a list, and the cursor of the next one.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// The page of the list that is asked for.
pub fn page<T>(asked: &Asked, all: Vec<T>) -> Result<Page<T>, Failure> {
    let cursor = match asked.params.get("cursor") {
        None | Some(serde_json::Value::Null) => None,
        Some(cursor) => Some(cursor.as_str().ok_or_else(unknown)?),
    };
    cut(all, cursor, PAGE).ok_or_else(unknown)
}

fn unknown() -> Failure {
    Failure::new(INVALID_PARAMS, "There is no such cursor: send the `nextCursor` of the page before, or none to begin.")
}

fn cut<T>(all: Vec<T>, cursor: Option<&str>, size: usize) -> Option<Page<T>> {
    let begin = cursor.map_or(Some(0), |cursor| {
        let place = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        place.parse().ok().filter(|place| *place < all.len())
    })?;
    let end = begin + size;
    let next = (end < all.len()).then(|| URL_SAFE_NO_PAD.encode(end.to_string()));
    Some(Page { items: all.into_iter().skip(begin).take(size).collect(), next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_leave_nothing_out() {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = cut((0..7).collect(), cursor.as_deref(), 3).expect("a page");
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for cursor in ["", "x", "LTE", "Nw", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk"] {
            assert_eq!(cut((0..7).collect(), Some(cursor), 3), None, "{cursor}");
        }
    }
}
