//! What an e-mail says: of the tasks, and of nothing else.

use serde::Deserialize;

/// What an e-mail is about.
#[derive(Debug, Deserialize)]
pub struct About {
    /// Whether it comes later than it should.
    pub late: bool,
    /// What is to be done.
    pub tasks: Vec<Task>,
    /// What lets its reader stop the e-mails.
    pub unsubscribe: String,
}

/// Something that is to be done.
#[derive(Debug, Deserialize)]
pub struct Task {
    id: String,
    title: String,
    /// When it is due, on the clock of its reader.
    due: Option<String>,
}

impl About {
    /// In one line.
    pub fn subject(&self) -> String {
        let subject = match (self.tasks.as_slice(), self.late) {
            ([one], false) => format!("Reminder: {}", one.title),
            ([one], true) => format!("Late reminder: {}", one.title),
            (several, false) => format!("{} reminders", several.len()),
            (several, true) => format!("{} late reminders", several.len()),
        };
        // Whatever a title holds, a header is one line.
        subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    /// In HTML. What people wrote stays what it is, whatever it looks like. `site` is where TaskFlow is.
    pub fn html(&self, site: &str) -> String {
        let items: String = self
            .tasks
            .iter()
            .map(|task| {
                let due = task.due.as_ref().map(|due| format!("<br>due {}", escape(due))).unwrap_or_default();
                format!("<li><a href=\"{site}/tasks/{}\">{}</a>{due}</li>\n", escape(&task.id), escape(&task.title))
            })
            .collect();
        let late = if self.late { "<p>This comes late: TaskFlow could not send it in time.</p>\n" } else { "" };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<body>\n<p>You wanted to be reminded of:</p>\n<ul>\n{items}</ul>\n{late}\
             <p><a href=\"{site}/api/notifications/unsubscribe/{}\">Unsubscribe from e-mails of reminders</a></p>\n</body>\n</html>\n",
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
