//! Text of reminder e-mails.

use serde::Deserialize;

/// Content of an e-mail.
#[derive(Debug, Deserialize)]
pub struct MailContent {
    /// True if the reminder is late.
    pub late: bool,
    /// Tasks to remind of.
    pub tasks: Vec<Task>,
    /// Key of the unsubscribe link.
    pub unsubscribe: String,
}

/// Task in an e-mail.
#[derive(Debug, Deserialize)]
pub struct Task {
    id: String,
    title: String,
    /// Due date in the reader's time zone.
    due: Option<String>,
}

impl MailContent {
    /// Returns the subject.
    pub fn subject(&self) -> String {
        let subject = match (self.tasks.as_slice(), self.late) {
            ([one], false) => format!("Reminder: {}", one.title),
            ([one], true) => format!("Late reminder: {}", one.title),
            (several, false) => format!("{} reminders", several.len()),
            (several, true) => format!("{} late reminders", several.len()),
        };
        // A header must be one line, whatever a title contains.
        subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    /// Returns the body as HTML, with titles escaped. `site` is the public URL of TaskFlow.
    pub fn html(&self, site: &str) -> String {
        let items: String = self
            .tasks
            .iter()
            .map(|task| {
                let due = task.due.as_ref().map(|due| format!("<br>Due {}", escape(due))).unwrap_or_default();
                format!(
                    "<li><a href=\"{site}/tasks/{}\">{}</a>{due}</li>\n",
                    escape(&task.id),
                    escape(&task.title)
                )
            })
            .collect();
        let late = if self.late {
            "<p>This reminder is late because TaskFlow could not send it in time. Sorry about that.</p>\n"
        } else {
            ""
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<body>\n<p>You asked to be reminded of:</p>\n<ul>\n{items}</ul>\n{late}\
             <p><a href=\"{site}/api/notifications/unsubscribe/{}\">Unsubscribe from reminder e-mails</a></p>\n</body>\n</html>\n",
            escape(&self.unsubscribe)
        )
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
