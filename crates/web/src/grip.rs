//! Requests that come through a GRIP proxy, which holds streams in place of the functions. It signs them.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::Value;
use spin_sdk::variables;

use crate::{Problem, Request};

/// Seconds by which clocks may differ.
const SKEW: u64 = 60;

/// Returns true if the request has come through a GRIP proxy that signs with the key of TaskFlow. A signature
/// with another key, of another issuer or from the past is rejected.
pub fn is_proxied(request: &Request) -> Result<bool, Problem> {
    let Some(signature) = request.header("grip-sig") else { return Ok(false) };
    let variable = |name| variables::get(name).unwrap_or_default();
    let (key, issuer) = (variable("grip_key"), variable("grip_issuer"));
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["exp", "iss"]);
    validation.validate_aud = false;
    validation.leeway = SKEW;
    let key_of_proxies = DecodingKey::from_secret(key.as_bytes());
    if key.is_empty() || decode::<Value>(signature, &key_of_proxies, &validation).is_err() {
        return Err(Problem::unknown_proxy());
    }
    Ok(true)
}
