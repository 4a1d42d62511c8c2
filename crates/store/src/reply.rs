//! Reply of a statement: rows, each with a kind.

use serde::Deserialize;

use crate::Refusal;

/// Everything that a call returns except its refusal.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// Rows of the body.
    pub rows: Rows,
    /// Tightest of the rate limits that the request counted against.
    pub quota: Option<Quota>,
    /// Time zone of the caller, if the principal asks for it.
    pub zone: Option<String>,
    /// True if the call has extended the session of the caller.
    pub is_session_extended: bool,
    /// Shards whose events this request has to publish.
    pub leases: Vec<PublishLease>,
    /// Newest `seq` of the caller after a write.
    pub seq: Option<String>,
}

/// Rows of a body, each a JSON text with a kind.
#[derive(Debug, Default)]
pub struct Rows(Vec<Row>);

/// Row of a reply.
#[derive(Debug)]
pub(crate) struct Row {
    pub kind: String,
    pub body: String,
}

impl Rows {
    /// Takes the first row of that kind.
    pub fn take(&mut self, kind: &str) -> Option<String> {
        let at = self.0.iter().position(|row| row.kind == kind)?;
        Some(self.0.remove(at).body)
    }

    /// Takes the first row of that kind. A body that returns none found nothing.
    pub fn require(&mut self, kind: &str) -> Result<String, Refusal> {
        self.take(kind).ok_or(Refusal::NotFound)
    }

    /// All rows of that kind.
    pub fn all(self, kind: &str) -> impl Iterator<Item = String> {
        self.0.into_iter().filter(move |row| row.kind == kind).map(|row| row.body)
    }
}

/// State of a rate limit.
#[derive(Clone, Debug, Deserialize)]
pub struct Quota {
    /// Name of the limit.
    pub policy: String,
    /// Number of requests that it allows.
    pub requests: u64,
    /// Period in which it allows them, in seconds.
    pub seconds: f64,
    /// Number of requests that are left.
    pub remaining: u64,
    /// Seconds until all of them are available again, or the next one if none is left.
    pub reset: f64,
    /// True if the request records itself for the metrics.
    #[serde(default)]
    pub recorded: bool,
}

/// Publish lease of a shard: the holder publishes the shard's events until the lease expires.
#[derive(Clone, Debug, Deserialize)]
pub struct PublishLease {
    /// Number of the shard.
    pub shard: i16,
    /// Id of the transaction that took the lease.
    pub holder: String,
}

impl Reply {
    /// Sorts the rows of a call by their kinds. Returns the refusal beside the rest, as a refused call has a
    /// quota and leases too.
    pub fn read(statement: &str, rows: Vec<Row>) -> (Self, Option<Refusal>) {
        let mut reply = Self::default();
        let mut refused = None;
        let mut unreadable = None;
        for Row { kind, body } in rows {
            match kind.as_str() {
                "quota" => match serde_json::from_str(&body) {
                    Ok(quota) => reply.quota = Some(quota),
                    Err(error) => unreadable = Some(Refusal::unreadable("a quota", error)),
                },
                "lease" => match serde_json::from_str(&body) {
                    Ok(lease) => reply.leases.push(lease),
                    Err(error) => unreadable = Some(Refusal::unreadable("a publish lease", error)),
                },
                "zone" => reply.zone = Some(body),
                "session" => reply.is_session_extended = true,
                "seq" => reply.seq = Some(body),
                "refusal" => refused = Some(body),
                _ => reply.rows.0.push(Row { kind, body }),
            }
        }
        let retry_after = reply.quota.as_ref().map_or(1.0, |quota| quota.reset.max(1.0));
        let refusal = refused.map(|body| Refusal::read(statement, &body, retry_after)).or(unreadable);
        (reply, refusal)
    }
}
