//! Whether events can leave.

use web::outbound;

/// Who asks whether all is well does not wait long themselves.
const WITHIN_MS: u64 = 500;

/// Whether Dapr's sidecar is there and has started what it needs to publish.
pub fn is_up() -> bool {
    matches!(outbound::ask_dapr("/v1.0/healthz/outbound", WITHIN_MS), Ok((200..=299, _)))
}
