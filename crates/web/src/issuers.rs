//! JWTs of the issuers that the operator has configured.

use std::error::Error;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Value, json};
use spin_sdk::variables;
use store::{Fault, Issued, Refusal, Scope, statement};

use crate::{Problem, Request, log};

/// Seconds by which clocks may differ.
const SKEW: u64 = 60;

/// Timeout of a request for keys, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;

/// Longest age of keys in seconds, and their age if the issuer states none: a day, as in `keys.sql`.
const MAX_AGE: u64 = 24 * 60 * 60;

/// Age in seconds of keys that the issuer does not want to be kept.
const UNCACHEABLE_AGE: u64 = 60;

/// Accepted algorithms: those of common issuers, and none whose key could be mistaken for a secret.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// Entry of the variable `issuers`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    /// `iss` of its tokens.
    issuer: String,
    /// URL of its public keys.
    jwks: String,
    /// `aud` of its tokens for TaskFlow.
    audience: String,
    /// Claim that makes a user an administrator, if the issuer decides that.
    admin_claim: Option<String>,
    /// Value that the claim has to be or to contain.
    admin_value: Option<Value>,
    /// Scopes of its tokens that name neither `read` nor `write`.
    #[serde(default = "read_only")]
    default_scopes: Vec<Scope>,
}

fn read_only() -> Vec<Scope> {
    vec![Scope::Read]
}

#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    email: Option<String>,
    email_verified: Option<bool>,
    name: Option<String>,
    scope: Option<String>,
    #[serde(flatten)]
    all: serde_json::Map<String, Value>,
}

/// Keys of an issuer, as they are stored.
struct KnownKeys {
    keys: JwkSet,
    /// True if the issuer may have changed them.
    is_stale: bool,
    /// True if they are too old to be used at all.
    is_expired: bool,
    /// True if a later request for them has no response yet, or has failed.
    is_fetching: bool,
}

/// Reason why a token is rejected.
enum Mismatch {
    /// The keys do not fit it; newer ones may.
    Keys(&'static str),
    /// It is wrong in itself.
    Token(&'static str),
}

/// Verifies a token and returns its claims. Keys are fetched when they are too old, and when they do not fit.
pub async fn verify(function: &str, request: &Request, token: &str) -> Result<Issued, Problem> {
    let header = decode_header(token).map_err(|_| Problem::token_rejected("not a JWT"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Problem::token_rejected("an algorithm that is not accepted"));
    }
    let issuer = find_issuer(token)?;
    let mut known = read_keys(request, &issuer)?;
    if known.is_stale {
        match fetch_keys(request, &issuer).await {
            Ok(newer) => known = newer,
            Err(problem) if known.is_expired => return Err(problem),
            // An issuer that is away for some hours does not lock out its users.
            Err(problem) => log::fault(function, request.correlation_id(), "old keys are used", &problem),
        }
    }
    if known.is_expired {
        return Err(are_being_fetched());
    }
    let checked = match check(token, &header, &issuer, &known.keys) {
        Err(Mismatch::Keys(_)) => {
            let newer = fetch_keys(request, &issuer).await?;
            if newer.is_fetching {
                return Err(are_being_fetched());
            }
            check(token, &header, &issuer, &newer.keys)
        }
        checked => checked,
    };
    let claims = checked
        .map_err(|(Mismatch::Keys(reason) | Mismatch::Token(reason))| Problem::token_rejected(reason))?;
    if claims.sub.is_empty() || claims.sub.len() > 255 || claims.sub.contains('\0') {
        return Err(Problem::token_rejected("a subject that cannot be used"));
    }
    Ok(to_issued(issuer, claims))
}

/// Checks a token by these keys.
fn check(token: &str, header: &Header, issuer: &Issuer, keys: &JwkSet) -> Result<Claims, Mismatch> {
    let key = find_key(keys, header).ok_or(Mismatch::Keys("an unknown key"))?;
    let key = DecodingKey::from_jwk(&key).map_err(|_| Mismatch::Token("a key that cannot be used"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[&issuer.issuer]);
    validation.set_audience(&[&issuer.audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_nbf = true;
    validation.leeway = SKEW;
    match decode::<Claims>(token, &key, &validation) {
        Ok(decoded) => Ok(decoded.claims),
        // The issuer may have changed the key and kept its name.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => Err(Mismatch::Keys("not valid")),
        Err(_) => Err(Mismatch::Token("not valid")),
    }
}

/// Finds the issuer that the token names, before the token is verified.
fn find_issuer(token: &str) -> Result<Issuer, Problem> {
    let text = variables::get("issuers").map_err(invalid_variable)?;
    let issuers: Vec<Issuer> = serde_json::from_str(&text).map_err(invalid_variable)?;
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(token)
        .map_err(|_| Problem::token_rejected("not a JWT"))?
        .claims;
    issuers
        .into_iter()
        .find(|issuer| claims["iss"] == issuer.issuer)
        .ok_or_else(|| Problem::token_rejected("an unknown issuer"))
}

fn invalid_variable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
    Problem::caused_by(Fault::caused_by("the variable `issuers` cannot be read", error))
}

/// Finds the key that the header names. A header without a name means the only key of the issuer.
fn find_key(keys: &JwkSet, header: &Header) -> Option<Jwk> {
    let fits = |key: &&Jwk| {
        key.common.key_algorithm.is_none_or(|algorithm| algorithm.to_string() == format!("{:?}", header.alg))
    };
    match &header.kid {
        Some(id) => keys.find(id).filter(fits).cloned(),
        None => match &keys.keys[..] {
            [only] => Some(only).filter(fits).cloned(),
            _ => None,
        },
    }
}

/// Reads the keys of the latest response of the issuer.
fn read_keys(request: &Request, issuer: &Issuer) -> Result<KnownKeys, Problem> {
    #[derive(Deserialize)]
    struct Row {
        keys: Value,
        is_stale: bool,
        is_expired: bool,
        is_fetching: bool,
    }
    let fault = |error| Problem::from(Refusal::unreadable("the keys of an issuer", error));
    match request.anonymous().one(statement!("issuers/keys.sql"), &json!({ "issuer": issuer.issuer })) {
        Ok(row) => {
            let Row { keys, is_stale, is_expired, is_fetching } =
                serde_json::from_str(&row).map_err(fault)?;
            Ok(KnownKeys { keys: parse_keys(keys).map_err(fault)?, is_stale, is_expired, is_fetching })
        }
        Err(Refusal::NotFound) => {
            let keys = JwkSet { keys: Vec::new() };
            Ok(KnownKeys { keys, is_stale: true, is_expired: true, is_fetching: false })
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn are_being_fetched() -> Problem {
    Problem::unavailable(Fault::new(
        "the keys of an issuer are being fetched, or could not be fetched within the last minute",
    ))
}

/// Fetches the keys of the issuer: when their age is over, and otherwise at most once a minute, so that
/// forged tokens cause no more requests. Returns the stored ones if another request does, or has just done
/// that.
async fn fetch_keys(request: &Request, issuer: &Issuer) -> Result<KnownKeys, Problem> {
    let input = json!({ "issuer": issuer.issuer });
    if request.anonymous().one(statement!("issuers/claim_fetch.sql"), &input)? != "true" {
        return read_keys(request, issuer);
    }
    let message = format!("the keys of {} cannot be fetched", issuer.issuer);
    let unavailable =
        |cause: Box<dyn Error + Send + Sync>| Problem::unavailable(Fault::caused_by(message, cause));
    let response = match dapr::http::send(&issuer.jwks, &[], None, TIMEOUT_MS).await {
        Ok(response) if response.status == 200 => response,
        Ok(response) => return Err(unavailable(Fault::new(format!("status {}", response.status)).into())),
        Err(error) => return Err(unavailable(error.into())),
    };
    let keys = match serde_json::from_slice(&response.body).and_then(parse_keys) {
        Ok(keys) => keys,
        Err(error) => return Err(unavailable(error.into())),
    };
    let max_age = max_age(response.cache_control.as_deref());
    let input = json!({ "issuer": issuer.issuer, "keys": keys, "max_age": max_age });
    request.anonymous().one(statement!("issuers/store.sql"), &input)?;
    Ok(KnownKeys { keys, is_stale: false, is_expired: false, is_fetching: false })
}

/// Returns the age in seconds at which keys are fetched again, from the `Cache-Control` of their response.
fn max_age(cache_control: Option<&str>) -> u64 {
    let text = cache_control.unwrap_or_default().to_ascii_lowercase();
    let directives = || text.split(',').map(str::trim);
    let is_uncacheable = directives().any(|directive| matches!(directive, "no-cache" | "no-store"));
    let seconds = directives().find_map(|directive| {
        directive.strip_prefix("max-age=").and_then(|seconds| seconds.trim_matches('"').parse::<u64>().ok())
    });
    match seconds {
        _ if is_uncacheable => UNCACHEABLE_AGE,
        Some(0) => UNCACHEABLE_AGE,
        Some(seconds) => seconds.min(MAX_AGE),
        None => MAX_AGE,
    }
}

/// Parses keys. Unknown kinds are skipped: the issuer may use them for other services.
fn parse_keys(set: Value) -> Result<JwkSet, serde_json::Error> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    let Set { keys } = serde_json::from_value(set)?;
    Ok(JwkSet { keys: keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() })
}

fn to_issued(issuer: Issuer, claims: Claims) -> Issued {
    let admin = issuer.admin_claim.as_ref().map(|name| {
        let expected = issuer.admin_value.clone().unwrap_or(Value::Bool(true));
        match claims.all.get(name) {
            Some(Value::Array(all)) => all.contains(&expected),
            Some(one) => *one == expected,
            None => false,
        }
    });
    let parsed = |text: Option<String>| text.map(Value::String);
    let email = parsed(claims.email)
        .filter(|_| claims.email_verified == Some(true))
        .and_then(|email| <domain::Email as domain::Field>::parse(&email).ok());
    let name = parsed(claims.name).and_then(|name| <domain::Name as domain::Field>::parse(&name).ok());
    // Scopes such as `openid` and `profile` permit nothing here. Nor does `account`, which only the
    // configuration grants: other services of the issuer may use that word too.
    let named = claims.scope.as_deref().unwrap_or_default().split(' ').filter_map(|name| match name {
        "read" => Some(Scope::Read),
        "write" => Some(Scope::Write),
        _ => None,
    });
    let named: Vec<Scope> = named.collect();
    Issued {
        issuer: issuer.issuer,
        subject: claims.sub,
        email: email.map(|email| email.as_str().to_owned()),
        name: name.map(|name| name.as_str().to_owned()),
        admin,
        scopes: if named.is_empty() { issuer.default_scopes } else { named },
        expires_at: claims.all.get("exp").and_then(Value::as_f64),
        new_id: domain::UserId::new(crate::now_ms(), crate::random()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_keys_is_what_the_issuer_states_and_a_day_at_most() {
        for (cache_control, seconds) in [
            (None, MAX_AGE),
            (Some("public"), MAX_AGE),
            (Some("public, max-age=600, must-revalidate"), 600),
            (Some("Max-Age=\"7\""), 7),
            (Some("max-age=31536000"), MAX_AGE),
            (Some("max-age=soon"), MAX_AGE),
            (Some("max-age=0"), UNCACHEABLE_AGE),
            (Some("no-cache, max-age=600"), UNCACHEABLE_AGE),
            (Some("private, no-store"), UNCACHEABLE_AGE),
        ] {
            assert_eq!(max_age(cache_control), seconds, "{cache_control:?}");
        }
    }
}
