//! `POST /internal/notifications/mail`, called by a cron binding; also sends e-mails after events were
//! consumed

use std::sync::OnceLock;

use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;
use spin_sdk::variables;
use store::{Principal, Refusal, Who, statement};
use web::{Problem, Request, Response, log, now_ms, outbound};

use crate::mail::MailContent;

/// Path of the e-mail binding in Dapr's API.
const BINDING: &str = "/v1.0/bindings/email";

/// Timeout of the binding. It must be shorter than the claim of a mail.
const WITHIN_MS: u64 = 10_000;

/// Time after which the remaining mails are left to the next run.
const LONGEST_MS: u64 = 20_000;

/// Principal of the request that has mails to send. An instance serves one request.
static SENDER: OnceLock<Principal> = OnceLock::new();

/// Claimed mail.
#[derive(Deserialize)]
struct Mail {
    notification: String,
    user: String,
    /// Recipient, or `None` if the user no longer wants e-mails.
    email: Option<String>,
    reminders: Vec<String>,
    #[serde(flatten)]
    about: MailContent,
}

/// Responds at once; mails are sent after the response.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    are_waited_for(request);
    Ok(Response::json(200, json!({}).to_string()))
}

/// Schedules sending after the response.
pub fn are_waited_for(request: &Request) {
    SENDER.get_or_init(|| request.service("notifications", None));
}

/// Sends pending mails, if the request scheduled it. Failed mails are retried later; if this run dies, the
/// claims of its mails expire and the next run finds them.
pub async fn send() {
    let Some(sender) = SENDER.get() else { return };
    let began = now_ms();
    while now_ms() - began < LONGEST_MS {
        let mails = match store::run(statement!("claim_mails.sql"), sender, &json!({})) {
            Ok(rows) if rows.is_empty() => return,
            Ok(rows) => rows,
            Err(refusal) => return fault(sender, &refusal),
        };
        join_all(mails.iter().map(async |mail| {
            if let Err(refusal) = send_one(sender, mail).await {
                fault(sender, &refusal);
            }
        }))
        .await;
    }
}

fn fault(sender: &Principal, refusal: &Refusal) {
    log::fault("notifications", &sender.correlation_id, &format!("a mail cannot be sent: {refusal:?}"));
}

async fn send_one(sender: &Principal, row: &str) -> Result<(), Refusal> {
    let Mail { notification, user, email, reminders, about } =
        serde_json::from_str(row).map_err(|error| Refusal::fault(format!("a mail cannot be read: {error}")))?;
    let problem = match email.filter(|_| !about.tasks.is_empty()) {
        Some(email) => deliver(&email, &about).await.err(),
        None => None,
    };
    if let Some(problem) = &problem {
        log::warn("notifications", &sender.correlation_id, "a mail could not be sent", ("cause", problem));
    }
    let principal = Principal { who: Who::ServiceFor { service: "notifications", user }, ..sender.clone() };
    let input = json!({ "notification": notification, "reminders": reminders, "failed": problem.is_some() });
    store::run(statement!("mailed.sql"), &principal, &input).map(drop)
}

/// Sends one mail. The error is logged, so it contains no user data.
async fn deliver(email: &str, about: &MailContent) -> Result<(), String> {
    let site = variables::get("public_url").unwrap_or_default();
    let order = json!({
        "operation": "create",
        "data": about.html(&site),
        "metadata": { "emailTo": email, "subject": about.subject() },
    });
    match outbound::send_dapr(BINDING, Some(order.to_string().into_bytes()), WITHIN_MS).await? {
        (200..=299, _) => Ok(()),
        (status, _) => Err(format!("the mail binding answered with status {status}")),
    }
}
