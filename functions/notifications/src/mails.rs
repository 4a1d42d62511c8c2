//! `POST /internal/notifications/mail`, from a cron binding; and e-mails that are sent after an event was
//! taken. Those about reminders and those about accounts go the same way.

use dapr::time::wait;
use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;
use spin_sdk::variables;
use store::{Reason, Refusal, chain, statement};
use web::{Problem, Request, Response, log, now_ms};

use crate::mail::MailContent;

/// Name of the mail binding.
const BINDING: &str = "email";

/// Timeout of the mail binding. It is shorter than the claim of a mail.
const TIMEOUT_MS: u64 = 10_000;

/// Time after which the rest is left to the next request: no request runs forever.
const MAX_DURATION_MS: u64 = 20_000;

/// Attempts to record the result of a mail while other changes of its user take long, and the pause between
/// them. With the timeout of the binding they are shorter than the claim of a mail.
const RECORD_ATTEMPTS: usize = 10;
const RECORD_PAUSE_MS: u64 = 250;

/// E-mail that is to be sent.
#[derive(Deserialize)]
struct Mail {
    #[serde(rename = "mail")]
    id: String,
    user: String,
    /// `None` if the user has turned e-mails off.
    email: Option<String>,
    reminders: Vec<String>,
    #[serde(flatten)]
    content: MailContent,
}

/// Responds at once; the e-mails are sent after the response.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    Ok(Response::json(200, json!({}).to_string()).then(|request| Box::pin(send(request))))
}

/// Sends the e-mails that are due. Those that fail are retried later, and so are those that are left if this
/// is killed.
pub async fn send(request: &Request) {
    let began = now_ms();
    while now_ms() - began < MAX_DURATION_MS {
        let mails =
            match request.service("notifications", None).rows(statement!("claim_mails.sql"), &json!({})) {
                Ok(rows) if rows.is_empty() => return,
                Ok(rows) => rows,
                Err(refusal) => return log_fault(request, &refusal),
            };
        join_all(mails.iter().map(async |mail| {
            if let Err(refusal) = send_one(request, mail).await {
                log_fault(request, &refusal);
            }
        }))
        .await;
    }
}

fn log_fault(request: &Request, refusal: &Refusal) {
    log::fault("notifications", request.correlation_id(), "a mail cannot be sent", refusal);
}

async fn send_one(request: &Request, row: &str) -> Result<(), Refusal> {
    let Mail { id, user, email, reminders, content } =
        serde_json::from_str(row).map_err(|error| Refusal::unreadable("a mail", error))?;
    let error = match email.filter(|_| !content.is_empty()) {
        Some(email) => deliver(&email, &content).await.err(),
        None => None,
    };
    if let Some(error) = &error {
        log::warn(
            "notifications",
            request.correlation_id(),
            "a mail could not be sent",
            ("cause", &chain(error)),
        );
    }
    let input = json!({ "mail": id, "reminders": reminders, "failed": error.is_some() });
    let client = request.service("notifications", Some(user));
    // A mail whose result is not recorded is sent again.
    for _ in 0..RECORD_ATTEMPTS {
        match client.rows(statement!("mailed.sql"), &input) {
            Err(Refusal::Rejected(Reason::Busy)) => wait(RECORD_PAUSE_MS).await,
            result => return result.map(drop),
        }
    }
    Err(Refusal::Rejected(Reason::Busy))
}

/// The error holds nothing that people wrote.
async fn deliver(email: &str, content: &MailContent) -> Result<(), dapr::Error> {
    let site = variables::get("public_url").unwrap_or_default();
    let operation = json!({
        "operation": "create",
        "data": content.html(&site),
        "metadata": { "emailTo": email, "subject": content.subject() },
    });
    dapr::invoke_binding(BINDING, &operation, TIMEOUT_MS).await
}
