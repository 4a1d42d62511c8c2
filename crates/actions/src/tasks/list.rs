//! Tasks are looked through.

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
    /// Which tasks: those to do, or those done.
    pub enum Status { Active = "active", Completed = "completed" }
}

choice! {
    /// Whether a task has all the tags or any of them.
    pub enum TagsMode { All = "all", Any = "any" }
}

choice! {
    /// What the list is ordered by.
    pub enum SortBy {
        DueDate = "due_date", Priority = "priority", CreatedAt = "created_at", CompletedAt = "completed_at",
        UpdatedAt = "updated_at", Title = "title", Relevance = "relevance",
    }
}

choice! {
    /// Which end of the order comes first.
    pub enum SortOrder { Ascending = "asc", Descending = "desc" }
}

input! {
    /// Which tasks to list, in which order.
    #[derive(Default)]
    pub struct ListTasks {
        /// Only those to do or those done.
        status: Optional<Status>,
        /// Only the trash, with `true`; it is left out otherwise.
        deleted: Optional<Flag>,
        /// Only those that matter that much: one, or several separated by commas or repeated.
        priority: Optional<OneOrMore<Priority>>,
        /// Only those filed under these: one, or several separated by commas or repeated.
        tags: Optional<OneOrMore<Tag>>,
        /// Whether a task must have all of the tags, or any of them; `all` when nothing is said.
        tags_mode: Optional<TagsMode>,
        /// Only those due then or later: a time, or the day that it begins with.
        due_after: Optional<Bound>,
        /// Only those due then or earlier: a time, or the day that it ends with.
        due_before: Optional<Bound>,
        /// Only those completed then or later.
        completed_after: Optional<Bound>,
        /// Only those completed then or earlier.
        completed_before: Optional<Bound>,
        /// Only those to do whose time has come and gone, with `true`; only all others, with `false`.
        overdue: Optional<Flag>,
        /// Only occurrences of a series that were missed, with `true`; only all others, with `false`.
        missed: Optional<Flag>,
        /// Only those whose title or description has a beginning of every word; the best match comes first,
        /// unless `sort_by` says otherwise.
        search: Optional<Search>,
        /// What to order by; newest first when nothing is said. Tasks without a due date come last.
        sort_by: Optional<SortBy>,
        /// Which end of the order comes first: `asc` when nothing is said, but the best match for
        /// `relevance`.
        sort_order: Optional<SortOrder>,
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// How many to leave out at the beginning.
        offset: Optional<Offset>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same filters and order.
        cursor: Optional<Cursor>,
    }
}

/// What the body is asked.
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
    /// What the total is known by, where it does not depend on the time of day.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
    limit: u32,
    offset: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Value>,
}

impl ListTasks {
    /// What one parameter alone cannot tell to be wrong.
    fn check(&self) -> Result<(), Errors> {
        let wrong = |name, detail| Err(wrong_member(name, detail));
        if self.sort_by.0 == Some(SortBy::Relevance) && self.search.0.is_none() {
            return wrong("sort_by", "relevance needs a `search`");
        }
        if let Some(cursor) = &self.cursor.0 {
            if self.offset.0.is_some() {
                return wrong("offset", "does not go together with a cursor, which says already where to go on");
            }
            if cursor.of != self.fingerprint() || !self.is_key(&cursor.after["key"]) {
                return wrong("cursor", "belongs to other filters or another order: leave it out to begin anew");
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

    /// Whether that can be a key of this order: whatever came as a cursor, Postgres must be able to read it.
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

    /// What a cursor must come with again.
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

/// The JSON schema of a list of tasks.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Tasks, how many there are in all, and where to go on",
        "properties": {
            "items": { "type": "array", "items": super::schema() },
            "total": { "type": "integer", "minimum": 0 },
            "next_cursor": { "type": ["string", "null"], "description": "To be sent as `cursor`, for the next page" },
        },
        "required": ["items", "total", "next_cursor"],
        "additionalProperties": false,
    })
}
