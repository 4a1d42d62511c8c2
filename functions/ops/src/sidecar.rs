//! Whether events can leave.

use spin_sdk::variables;
use web::outbound;

/// Who asks whether all is well does not wait long themselves.
const WITHIN_MS: u64 = 500;

/// Whether Dapr's sidecar is there and has started what it needs to publish.
pub fn is_up() -> bool {
    let url = format!("{}/v1.0/healthz/outbound", variables::get("dapr_url").unwrap_or_default());
    matches!(outbound::ask(&url, &[], None, WITHIN_MS), Ok((200..=299, _)))
}
