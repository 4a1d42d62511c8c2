//! Lists tasks.

use domain::{
    DueDate as Bound, Errors, Field, Flag, Limit, Offset, OneOrMore, Optional, Priority, Search, Tag, choice, input,
    wrong_member,
};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::Problem;
use crate::cursor::Cursor;

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
    /// Filters and order of a list of tasks.
    #[derive(Default)]
    pub struct ListTasks {
        /// Only open (`active`) or only completed tasks.
        status: Optional<Status>,
        /// `true` lists the trash instead of all other tasks.
        deleted: Optional<Flag>,
        /// Only tasks with one of these priorities. Separate values with commas or repeat the parameter.
        priority: Optional<OneOrMore<Priority>>,
        /// Only tasks with these tags. Separate values with commas or repeat the parameter.
        tags: Optional<OneOrMore<Tag>>,
        /// Match tasks with `all` of the tags (default) or with `any` of them.
        tags_mode: Optional<TagsMode>,
        /// Only tasks due at or after this time, or from the start of this day.
        due_after: Optional<Bound>,
        /// Only tasks due at or before this time, or until the end of this day.
        due_before: Optional<Bound>,
        /// Only tasks completed at or after this time, or from the start of this day.
        completed_after: Optional<Bound>,
        /// Only tasks completed at or before this time, or until the end of this day.
        completed_before: Optional<Bound>,
        /// `true`: only open tasks past their due date. `false`: only all other tasks.
        overdue: Optional<Flag>,
        /// `true`: only missed occurrences of a series. `false`: only all other tasks.
        missed: Optional<Flag>,
        /// Only tasks whose title or description contains words that begin with each of these. The best match
        /// comes first, unless `sort_by` is set.
        search: Optional<Search>,
        /// Sort key. By default the newest task comes first. Tasks without a due date come last.
        sort_by: Optional<SortBy>,
        /// Sort order: `asc` by default, but the best match first for `relevance`.
        sort_order: Optional<SortOrder>,
        /// Maximum number of results: 1 to 200. Defaults to 50.
        limit: Optional<Limit>,
        /// Number of tasks to skip.
        offset: Optional<Offset>,
        /// `next_cursor` of the previous page. Keep the same filters and order.
        cursor: Optional<Cursor>,
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
    due_after: &'a Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_before: &'a Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_after: &'a Option<Bound>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_before: &'a Option<Bound>,
    overdue: &'a Optional<Flag>,
    missed: &'a Optional<Flag>,
    search: &'a Optional<Search>,
    sort_by: SortBy,
    descending: bool,
}

#[derive(Serialize)]
struct Asked<'a> {
    #[serde(flatten)]
    input: Input<'a>,
    /// Cache key of the total, if the total does not depend on the current time.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    limit: u32,
    offset: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Value>,
}

impl ListTasks {
    /// Checks parameters that depend on each other.
    fn check(&self) -> Result<(), Errors> {
        let wrong = |name, detail| Err(wrong_member(name, detail));
        if self.sort_by.0 == Some(SortBy::Relevance) && self.search.0.is_none() {
            return wrong("sort_by", "relevance needs a `search`");
        }
        if let Some(cursor) = &self.cursor.0 {
            if self.offset.0.is_some() {
                return wrong("offset", "cannot be combined with `cursor`");
            }
            if cursor.of != self.fingerprint() || !self.is_key(&cursor.after["key"]) {
                return wrong(
                    "cursor",
                    "belongs to a list with other filters or another order; omit it to start from the beginning",
                );
            }
        }
        Ok(())
    }

    fn order(&self) -> (SortBy, bool) {
        let by = match (self.sort_by.0, &self.search.0) {
            (Some(by), _) => by,
            (None, Some(_)) => SortBy::Relevance,
            (None, None) => SortBy::CreatedAt,
        };
        let descending = match self.sort_order.0 {
            Some(order) => order == SortOrder::Descending,
            None => self.sort_by.0.is_none() || by == SortBy::Relevance,
        };
        (by, descending)
    }

    /// Returns true if Postgres can parse the key in this order. A cursor may contain anything.
    fn is_key(&self, key: &Value) -> bool {
        match (self.order().0, key.as_str()) {
            (SortBy::DueDate | SortBy::CompletedAt, None) | (SortBy::Title, Some(_)) => true,
            (SortBy::Priority, Some(key)) => matches!(key, "1" | "2" | "3"),
            (SortBy::Relevance, Some(key)) => key.parse::<f32>().is_ok_and(|rank| rank.is_normal() || key == "0"),
            (_, Some(time)) => time.ends_with("+00:00") && matches!(Bound::parse(key), Ok(Bound::At(_))),
            (_, None) => false,
        }
    }

    fn input(&self) -> Input<'_> {
        let (sort_by, descending) = self.order();
        let array = |items: Vec<String>| format!("{{{}}}", items.join(","));
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        Input {
            status: &self.status,
            deleted: &self.deleted,
            priorities: self
                .priority
                .0
                .as_ref()
                .map(|all| array(all.0.iter().map(|one| one.as_str().to_owned()).collect())),
            tags: self.tags.0.as_ref().map(|all| array(all.0.iter().map(|tag| quoted(tag.as_str())).collect())),
            tags_mode: &self.tags_mode,
            due_after: &self.due_after.0,
            due_before: &self.due_before.0,
            completed_after: &self.completed_after.0,
            completed_before: &self.completed_before.0,
            overdue: &self.overdue,
            missed: &self.missed,
            search: &self.search,
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
pub fn list(principal: &Principal, wanted: &ListTasks) -> Result<String, Problem> {
    wanted.check().map_err(Problem::Invalid)?;
    let fingerprint = wanted.fingerprint();
    let asked = Asked {
        input: wanted.input(),
        filter: wanted.overdue.0.is_none().then(|| fingerprint.clone()),
        limit: wanted.limit.0.as_ref().map_or(50, |limit| limit.0),
        offset: wanted.offset.0.as_ref().map_or(0, |offset| offset.0),
        after: wanted.cursor.0.as_ref().map(|cursor| &cursor.after),
    };
    let mut rows = store::run(statement!("list.sql"), principal, &asked)?;
    let next = rows.pop().filter(|next| next != "null");
    let page = rows.pop().ok_or_else(|| Refusal::fault("a list is two rows"))?;
    let next = match next {
        Some(after) => format!("\"{}\"", Cursor::write(&after, &fingerprint)?),
        None => "null".into(),
    };
    Ok(format!("{page},\"next_cursor\":{next}}}"))
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
