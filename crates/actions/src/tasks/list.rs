//! Lists tasks.

use domain::{
    Errors, Field, Flag, Offset, OneOrMore, Optional, Priority, Search, Tag, TimeOrDay, choice, input,
    wrong_member,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use crate::Page;

choice! {
    /// Status of a task.
    pub enum Status { Active = "active", Completed = "completed" }
}

choice! {
    /// Match of a list of tags: all of them, or any.
    pub enum TagsMode { All = "all", Any = "any" }
}

choice! {
    /// Sort key of the list.
    pub enum SortBy {
        DueDate = "due_date", Priority = "priority", CreatedAt = "created_at", CompletedAt = "completed_at",
        UpdatedAt = "updated_at", Title = "title", Relevance = "relevance",
    }
}

choice! {
    /// Direction of the order.
    pub enum SortOrder { Ascending = "asc", Descending = "desc" }
}

input! {
    /// Filters that every list of tasks takes.
    #[derive(Default)]
    pub struct TaskFilters {
        /// Only tasks with one of these priorities. In a query, separate values with commas or repeat the
        /// parameter.
        priority: Optional<OneOrMore<Priority>>,
        /// Only tasks with these tags. In a query, separate values with commas or repeat the parameter.
        tags: Optional<OneOrMore<Tag>>,
        /// Match tasks with `all` of the tags (default) or with `any` of them.
        tags_mode: Optional<TagsMode>,
        /// Only tasks due at or after this time, or from the start of this day.
        due_after: Optional<TimeOrDay>,
        /// Only tasks due at or before this time, or until the end of this day.
        due_before: Optional<TimeOrDay>,
        /// Only tasks completed at or after this time, or from the start of this day.
        completed_after: Optional<TimeOrDay>,
        /// Only tasks completed at or before this time, or until the end of this day.
        completed_before: Optional<TimeOrDay>,
    }
}

input! {
    /// Search and order of a list of tasks.
    #[derive(Default)]
    pub struct TaskOrder {
        /// Only tasks whose title or description contains words that begin with each of these. The best match
        /// comes first, unless `sort_by` is set.
        search: Optional<Search>,
        /// Sort key. By default the newest task comes first. Tasks without a due date come last.
        sort_by: Optional<SortBy>,
        /// Sort order: `asc` by default, but the best match first for `relevance`.
        sort_order: Optional<SortOrder>,
    }
}

input! {
    /// Filters and order of a list of tasks.
    #[derive(Default)]
    pub struct TaskQuery {
        /// Only open (`active`) or only completed tasks.
        status: Optional<Status>,
        /// `true` lists the trash instead of all other tasks.
        deleted: Optional<Flag>,
        ..filters: TaskFilters,
        /// `true`: only open tasks past their due date. `false`: only all other tasks.
        overdue: Optional<Flag>,
        /// `true`: only missed occurrences of a series. `false`: only all other tasks.
        missed: Optional<Flag>,
        ..order: TaskOrder,
        /// Number of tasks to skip. A page of long texts ends before its `limit`, so count the tasks that you
        /// got, or use `cursor`.
        offset: Optional<Offset>,
        ..page: Page,
    }
}

/// Filters and order, as `list.sql` takes them.
#[derive(Serialize)]
struct Input<'a> {
    status: &'a Optional<Status>,
    deleted: &'a Optional<Flag>,
    priorities: Option<String>,
    tags: Option<String>,
    tags_mode: &'a Optional<TagsMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_after: &'a Option<TimeOrDay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_before: &'a Option<TimeOrDay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_after: &'a Option<TimeOrDay>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_before: &'a Option<TimeOrDay>,
    overdue: &'a Optional<Flag>,
    missed: &'a Optional<Flag>,
    search: &'a Optional<Search>,
    sort_by: SortBy,
    descending: bool,
}

/// Filters and order of a list, with the page of it that the request names.
#[derive(Serialize)]
struct PageInput<'a> {
    #[serde(flatten)]
    input: Input<'a>,
    /// Cache key of the total, if the total does not depend on the current time.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_key: Option<&'a str>,
    /// Fingerprint that ties a cursor to this list.
    fingerprint: &'a str,
    limit: u32,
    offset: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Value>,
}

impl TaskQuery {
    /// Checks parameters that depend on each other.
    fn check(&self) -> Result<(), Errors> {
        let wrong = |name, detail| Err(wrong_member(name, detail));
        if self.order.sort_by.0 == Some(SortBy::Relevance) && self.order.search.0.is_none() {
            return wrong("sort_by", "can be relevance only with a `search`");
        }
        if let Some(cursor) = &self.page.cursor.0 {
            if self.offset.0.is_some() {
                return wrong("offset", "cannot be combined with `cursor`");
            }
            if cursor.fingerprint != self.fingerprint() || !self.is_key(&cursor.after["key"]) {
                return wrong(
                    "cursor",
                    "belongs to a list with other filters or another order; omit it to start from the beginning",
                );
            }
        }
        Ok(())
    }

    fn sort(&self) -> (SortBy, bool) {
        let by = match (self.order.sort_by.0, &self.order.search.0) {
            (Some(by), _) => by,
            (None, Some(_)) => SortBy::Relevance,
            (None, None) => SortBy::CreatedAt,
        };
        let descending = match self.order.sort_order.0 {
            Some(order) => order == SortOrder::Descending,
            None => self.order.sort_by.0.is_none() || by == SortBy::Relevance,
        };
        (by, descending)
    }

    /// Returns true if Postgres can parse the key in this order. A cursor may contain anything.
    fn is_key(&self, key: &Value) -> bool {
        match (self.sort().0, key.as_str()) {
            (SortBy::DueDate | SortBy::CompletedAt, None) | (SortBy::Title, Some(_)) => true,
            (SortBy::Priority, Some(key)) => matches!(key, "1" | "2" | "3"),
            (SortBy::Relevance, Some(key)) => {
                key.parse::<f32>().is_ok_and(|rank| rank.is_normal() || key == "0")
            }
            (_, Some(time)) => {
                time.ends_with("+00:00") && matches!(TimeOrDay::parse(key), Ok(TimeOrDay::At(_)))
            }
            (_, None) => false,
        }
    }

    fn input(&self) -> Input<'_> {
        let (sort_by, descending) = self.sort();
        let array = |items: Vec<String>| format!("{{{}}}", items.join(","));
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let filters = &self.filters;
        let priorities = filters.priority.0.as_ref().map(|priorities| {
            array(priorities.0.iter().map(|priority| priority.as_str().to_owned()).collect())
        });
        let tags = filters
            .tags
            .0
            .as_ref()
            .map(|tags| array(tags.0.iter().map(|tag| quoted(tag.as_str())).collect()));
        Input {
            status: &self.status,
            deleted: &self.deleted,
            priorities,
            tags,
            tags_mode: &filters.tags_mode,
            due_after: &filters.due_after.0,
            due_before: &filters.due_before.0,
            completed_after: &filters.completed_after.0,
            completed_before: &filters.completed_before.0,
            overdue: &self.overdue,
            missed: &self.missed,
            search: &self.order.search,
            sort_by,
            descending,
        }
    }

    /// Returns the fingerprint that ties a cursor to these filters and this order.
    fn fingerprint(&self) -> String {
        format!("{:016x}", store::checksum(&json!(self.input()).to_string()))
    }
}

/// Lists the caller's tasks: `{items, total, next_cursor}`.
pub fn list(client: &Client<'_>, query: &TaskQuery) -> Result<String, Refusal> {
    query.check().map_err(Refusal::Invalid)?;
    let fingerprint = query.fingerprint();
    let input = PageInput {
        input: query.input(),
        total_key: query.overdue.0.is_none().then_some(&fingerprint),
        fingerprint: &fingerprint,
        limit: query.page.limit(),
        offset: query.offset.0.as_ref().map_or(0, |offset| offset.0),
        after: query.page.cursor.0.as_ref().map(|cursor| &cursor.after),
    };
    client.one(statement!("list.sql"), &input)
}

/// Returns the JSON schema of a list of tasks.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "A page of tasks, and the total number of matches",
        "properties": {
            "items": { "type": "array", "items": super::schema() },
            "total": { "type": "integer", "minimum": 0 },
            "next_cursor": { "type": ["string", "null"], "description": "Send it as `cursor` to get the next page; null on the last page" },
        },
        "required": ["items", "total", "next_cursor"],
        "additionalProperties": false,
    })
}
