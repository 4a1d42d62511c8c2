use actions::notifications;
use serde_json::Value;

use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `list_notifications`
pub struct ListNotifications;

impl Tool for ListNotifications {
    const NAME: &'static str = "list_notifications";
    const TITLE: &'static str = "List notifications";
    const ABOUT: &'static str = "Lists what TaskFlow told the person by itself, the newest first: reminders that came, and e-mails that failed. \
        Use it for \"what did I miss?\". What is still to come is in list_reminders. Example: {\"unread\": true}";
    const DOES: Does = Does::Look;
    type Input = notifications::ListNotifications;

    fn output() -> Value {
        notifications::list::schema()
    }

    fn run(call: &Call, wanted: Self::Input) -> Result<Reply, Trouble> {
        Ok(Reply::page(read(&notifications::list(&call.principal, &wanted)?)?, "notifications, the newest first"))
    }
}
