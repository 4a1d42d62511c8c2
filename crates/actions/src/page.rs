//! Pagination parameters that all lists share.

use domain::{Limit, Optional, input};

use crate::Cursor;

input! {
    /// A page of a list.
    #[derive(Default)]
    pub struct Page {
        /// Maximum number of results: 1 to 200. Defaults to 50. A page of long texts has fewer.
        limit: Optional<Limit>,
        /// `next_cursor` of the previous page. Keep all other parameters.
        cursor: Optional<Cursor>,
    }
}

impl Page {
    /// Returns the maximum number of items.
    pub(crate) fn limit(&self) -> u32 {
        self.limit.0.map_or(50, |limit| limit.0)
    }
}
