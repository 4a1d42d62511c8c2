//! Health of Dapr's sidecar.

use web::outbound;

/// Timeout of the check, well below the timeout of a readiness probe.
const TIMEOUT_MS: u64 = 500;

/// Returns true if Dapr's sidecar answers and can publish.
pub fn is_up() -> bool {
    matches!(outbound::ask_dapr("/v1.0/healthz/outbound", TIMEOUT_MS), Ok((200..=299, _)))
}
