//! Requests in which clients have chosen ids, and their repeats.

use domain::ClientId;
use serde::Serialize;
use store::{Client, Principal, Refusal, statement};

/// Request in which the client has chosen ids. The frame of a write keeps the answer under the first of them,
/// and returns it to repeats: requests with the same ids and the same body.
#[derive(Debug, Serialize)]
pub(crate) struct Named<T> {
    ids: Vec<ClientId>,
    /// Kind of the answer: `task`, `recurring_task` or `reminder`.
    kind: &'static str,
    /// Body as it was parsed, so that repeats may be formatted differently. It must not depend on the clock
    /// or on settings of the user.
    body: T,
}

#[derive(Serialize)]
struct Input<'a, T> {
    named: &'a Named<T>,
}

impl<T: Serialize> Named<T> {
    /// Returns `None` if the client has chosen no id.
    pub fn new(ids: impl IntoIterator<Item = ClientId>, kind: &'static str, body: T) -> Option<Self> {
        let ids: Vec<ClientId> = ids.into_iter().collect();
        (!ids.is_empty()).then_some(Self { ids, kind, body })
    }
}

/// Returns the first answer to a repeat whose body is not valid any more, as its times have passed since. The
/// frame sees only requests that are valid.
pub(crate) fn or_repeat<T: Serialize>(
    client: &Client<'_>,
    named: Option<&Named<T>>,
    made: Result<String, Refusal>,
) -> Result<String, Refusal> {
    let (Err(Refusal::Invalid(_)), Some(named)) = (&made, named) else { return made };
    // No idempotency key: it would keep the outcome of this search as the answer.
    let principal = Principal { replay_key: None, ..client.principal.clone() };
    let client = Client::new(principal, client.context());
    match client.one(statement!("repeat.sql"), &Input { named }) {
        Err(Refusal::NotFound) => made,
        other => other,
    }
}
