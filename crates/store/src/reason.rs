//! Closed lists of what SQL and Rust call by the same name.

macro_rules! closed {
    ($(#[$about:meta])+ $Name:ident { $($(#[$case_about:meta])+ $Case:ident = $text:literal,)+ }) => {
        $(#[$about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $Name { $($(#[$case_about])+ $Case,)+ }

        impl $Name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$Case),+];

            /// Name in SQL.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Case => $text,)+ }
            }

            /// Finds it by its name in SQL.
            pub fn find(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == name)
            }
        }
    };
}

closed! {
    /// Reason with which a body, or its frame, rejects a request: `refuse('…')` in SQL.
    Reason {
        /// A due date is in the past, and the request does not allow that.
        PastDueDate = "past_due_date",
        /// The task would have more tags than the limit.
        TooManyTags = "too_many_tags",
        /// A reminder cannot be added to a completed task.
        TaskIsDone = "task_is_done",
        /// A relative reminder needs a due date.
        NoDueDate = "no_due_date",
        /// The task would have more reminders than the limit.
        TooManyReminders = "too_many_reminders",
        /// A reminder cannot be snoozed to a time in the past.
        PastTime = "past_time",
        /// A series would start in the past, and the request does not allow that.
        PastStartDate = "past_start_date",
        /// The data has changed since the caller read it.
        Stale = "stale",
        /// Only administrators see the audit trail of other users.
        NotAnAdmin = "not_an_admin",
        /// A token would expire in the past.
        PastExpiry = "past_expiry",
        /// The user would have more tokens than the limit.
        TooManyTokens = "too_many_tokens",
        /// Another account has the e-mail address.
        EmailTaken = "email_taken",
        /// An id that the client has chosen is in use, or was used for another request.
        IdTaken = "id_taken",
        /// The user of an event does not exist, and was not deleted in the usual way.
        UserDeleted = "user_deleted",
        /// As many live streams are open as there may be.
        TooManyStreams = "too_many_streams",
        /// A lock was not free in time, or too many requests of the user wait for one, or search, already.
        Busy = "busy",
    }
}

closed! {
    /// Constraint of a table whose violation is the client's to correct.
    Constraint {
        /// Two accounts cannot have the same e-mail address.
        EmailIsUnique = "users_email_is_unique",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// All SQL of the project.
    fn sql() -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut folders = vec![root.join("crates"), root.join("functions"), root.join("migrations")];
        let mut texts = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder of the project") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "sql") {
                    texts.push(std::fs::read_to_string(&path).expect("a file with text"));
                }
            }
        }
        texts
    }

    #[test]
    fn the_reasons_are_those_of_the_sql() {
        let texts = sql();
        let refused: BTreeSet<&str> = texts
            .iter()
            .flat_map(|text| text.split("refuse('").skip(1))
            .filter_map(|rest| rest.split_once("')").map(|(reason, _)| reason))
            .collect();
        let known: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(refused, known);
    }

    #[test]
    fn the_constraints_are_in_the_schema() {
        let texts = sql();
        for constraint in Constraint::ALL {
            let name = constraint.as_str();
            let is_there = |text: &String| {
                text.contains(&format!("index {name} ")) || text.contains(&format!("constraint {name} "))
            };
            assert!(texts.iter().any(is_there), "{name}");
        }
    }
}
