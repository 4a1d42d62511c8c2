//! Text of e-mails.

use serde::Deserialize;

/// Content of an e-mail.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailContent {
    /// Reminders of tasks.
    Reminder {
        /// True if the reminder is late.
        late: bool,
        /// Tasks to remind of.
        tasks: Vec<Task>,
        /// Key of the unsubscribe link.
        unsubscribe: String,
    },
    /// Link that confirms the address that it is sent to.
    ConfirmEmail {
        /// Token of the link.
        token: String,
        /// Current address of the account.
        account: String,
    },
    /// Link that sets a new password.
    ResetPassword {
        /// Token of the link.
        token: String,
    },
    /// Notice that the password was changed.
    PasswordChanged,
    /// Notice to the current address that another one is to replace it.
    EmailChanges,
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
    /// True if there is nothing to say any more.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Reminder { tasks, .. } if tasks.is_empty())
    }

    /// Returns the subject.
    pub fn subject(&self) -> String {
        let subject = match self {
            Self::Reminder { late, tasks, .. } => reminder_subject(tasks, *late),
            Self::ConfirmEmail { .. } => "Confirm your e-mail address".to_owned(),
            Self::ResetPassword { .. } => "Set a new password".to_owned(),
            Self::PasswordChanged => "Your password was changed".to_owned(),
            Self::EmailChanges => "Your e-mail address is about to change".to_owned(),
        };
        // A header must be one line, whatever a title contains.
        subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    /// Returns the body as HTML, with titles escaped. `site` is the public URL of TaskFlow.
    pub fn html(&self, site: &str) -> String {
        let body = match self {
            Self::Reminder { late, tasks, unsubscribe } => reminder_body(site, tasks, *late, unsubscribe),
            Self::ConfirmEmail { token, account } => format!(
                "<p>Somebody, probably you, has given this address to TaskFlow, for the account <b>{}</b>. Is that \
                 your account?</p>\n\
                 <p><a href=\"{site}/confirm-email?token={token}\">Confirm this address</a></p>\n\
                 <p>The link works once, within a day. If it was not you, ignore this e-mail: TaskFlow sends \
                 nothing else to an address that is not confirmed.</p>\n",
                escape(account)
            ),
            Self::ResetPassword { token } => format!(
                "<p>Somebody, probably you, has forgotten the password of your TaskFlow account.</p>\n\
                 <p><a href=\"{site}/reset-password?token={token}\">Set a new password</a></p>\n\
                 <p>The link works once, within an hour. If it was not you, ignore this e-mail: your password \
                 stays as it is.</p>\n"
            ),
            Self::PasswordChanged => "<p>The password of your TaskFlow account was changed. All other sessions \
                 and all tokens have ended.</p>\n<p>If it was not you, say that you have forgotten it, and set a \
                 new one.</p>\n"
                .to_owned(),
            Self::EmailChanges => "<p>Another e-mail address replaces this one in your TaskFlow account, as soon as \
                 it is confirmed.</p>\n<p>If it was not you, change your password, or say that you have forgotten \
                 it: that withdraws the change, and ends all other sessions.</p>\n"
                .to_owned(),
        };
        format!("<!doctype html>\n<html lang=\"en\">\n<body>\n{body}</body>\n</html>\n")
    }
}

fn reminder_subject(tasks: &[Task], late: bool) -> String {
    match (tasks, late) {
        ([one], false) => format!("Reminder: {}", one.title),
        ([one], true) => format!("Late reminder: {}", one.title),
        (several, false) => format!("{} reminders", several.len()),
        (several, true) => format!("{} late reminders", several.len()),
    }
}

fn reminder_body(site: &str, tasks: &[Task], late: bool, unsubscribe: &str) -> String {
    let items: String = tasks
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
    let late = if late {
        "<p>This reminder is late because TaskFlow could not send it in time. Sorry about that.</p>\n"
    } else {
        ""
    };
    format!(
        "<p>You asked to be reminded of:</p>\n<ul>\n{items}</ul>\n{late}\
         <p><a href=\"{site}/api/notifications/unsubscribe/{}\">Unsubscribe from reminder e-mails</a></p>\n",
        escape(unsubscribe)
    )
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
