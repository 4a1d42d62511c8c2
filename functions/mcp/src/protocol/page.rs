//! Pages of the protocol's lists.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::error::{INVALID_PARAMS, RpcError};

/// Items per page. More than any list has, because some clients never request a second page.
const PAGE_SIZE: usize = 50;

/// A part of a list, and the cursor of the next one.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// Returns the page at the `cursor` of the parameters.
pub fn page<T>(params: &Map<String, Value>, all: Vec<T>) -> Result<Page<T>, RpcError> {
    let cursor = match params.get("cursor") {
        None | Some(Value::Null) => None,
        Some(cursor) => Some(cursor.as_str().ok_or_else(invalid_cursor)?),
    };
    page_at(all, cursor, PAGE_SIZE).ok_or_else(invalid_cursor)
}

fn invalid_cursor() -> RpcError {
    RpcError::new(
        INVALID_PARAMS,
        "The cursor is invalid: send the `nextCursor` of the previous page, or none for the first page.",
    )
}

fn page_at<T>(all: Vec<T>, cursor: Option<&str>, size: usize) -> Option<Page<T>> {
    let start = cursor.map_or(Some(0), |cursor| {
        let offset = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        offset.parse().ok().filter(|offset| *offset < all.len())
    })?;
    let end = start + size;
    let next = (end < all.len()).then(|| URL_SAFE_NO_PAD.encode(end.to_string()));
    Some(Page { items: all.into_iter().skip(start).take(size).collect(), next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_leave_nothing_out() {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = page_at((0..7).collect(), cursor.as_deref(), 3).expect("a page");
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn an_invalid_cursor_is_rejected() {
        for cursor in ["", "x", "LTE", "Nw", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk"] {
            assert_eq!(page_at((0..7).collect(), Some(cursor), 3), None, "{cursor}");
        }
    }
}
