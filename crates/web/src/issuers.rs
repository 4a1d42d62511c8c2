//! JWTs of the issuers that the operator has configured.

use std::error::Error;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Value, json};
use spin_sdk::variables;
use store::{Fault, Issued, Refusal, statement};

use crate::{Problem, Request};

/// Seconds by which clocks may differ.
const SKEW: u64 = 60;

/// Timeout of a request for keys, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;

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

/// Verifies a token and returns its claims.
pub async fn verify(request: &Request, token: &str) -> Result<Issued, Problem> {
    let header = decode_header(token).map_err(|_| Problem::token_rejected("not a JWT"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Problem::token_rejected("an algorithm that is not accepted"));
    }
    let issuer = find_issuer(token)?;
    let key = match find_key(&read_keys(request, &issuer)?.0, &header) {
        Some(key) => key,
        None => find_key(&fetch_keys(request, &issuer).await?, &header)
            .ok_or_else(|| Problem::token_rejected("an unknown key"))?,
    };
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[&issuer.issuer]);
    validation.set_audience(&[&issuer.audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.validate_nbf = true;
    validation.leeway = SKEW;
    let key =
        DecodingKey::from_jwk(&key).map_err(|_| Problem::token_rejected("a key that cannot be used"))?;
    let claims =
        decode::<Claims>(token, &key, &validation).map_err(|_| Problem::token_rejected("not valid"))?.claims;
    if claims.sub.is_empty() || claims.sub.len() > 255 || claims.sub.contains('\0') {
        return Err(Problem::token_rejected("a subject that cannot be used"));
    }
    Ok(to_issued(issuer, claims))
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

/// Reads the keys of the latest response of the issuer, and true if a later request has no response yet.
fn read_keys(request: &Request, issuer: &Issuer) -> Result<(JwkSet, bool), Problem> {
    #[derive(Deserialize)]
    struct Known {
        keys: Value,
        is_fetching: bool,
    }
    let fault = |error| Problem::from(Refusal::unreadable("the keys of an issuer", error));
    match request.anonymous().one(statement!("issuers/keys.sql"), &json!({ "issuer": issuer.issuer })) {
        Ok(row) => {
            let known: Known = serde_json::from_str(&row).map_err(fault)?;
            Ok((parse_keys(known.keys).map_err(fault)?, known.is_fetching))
        }
        Err(Refusal::NotFound) => Ok((JwkSet { keys: Vec::new() }, false)),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Fetches the keys of the issuer, at most once a minute, so that forged tokens cause no more requests.
async fn fetch_keys(request: &Request, issuer: &Issuer) -> Result<JwkSet, Problem> {
    let input = json!({ "issuer": issuer.issuer });
    if request.anonymous().one(statement!("issuers/claim_fetch.sql"), &input)? != "true" {
        return match read_keys(request, issuer)? {
            (_, true) => Err(Problem::unavailable(Fault::new(
                "the keys of an issuer are being fetched, or could not be fetched within the last minute",
            ))),
            (keys, false) => Ok(keys),
        };
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
    let input = json!({ "issuer": issuer.issuer, "keys": keys });
    request.anonymous().one(statement!("issuers/store.sql"), &input)?;
    Ok(keys)
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
    let name = parsed(claims.name).filter(|name| <domain::Name as domain::Field>::parse(name).is_ok());
    let text =
        |value: Option<Value>| value.and_then(|value| value.as_str().map(|text| text.trim().to_owned()));
    // Scopes such as `openid` and `profile` permit nothing here.
    let scopes = claims.scope.map(|scope| {
        scope
            .split(' ')
            .filter(|scope| matches!(*scope, "read" | "write"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    Issued {
        issuer: issuer.issuer,
        subject: claims.sub,
        email: email.map(|email| email.as_str().to_owned()),
        name: text(name),
        admin,
        scopes: scopes.filter(|scopes| !scopes.is_empty()),
        new_id: domain::UserId::new(crate::now_ms(), crate::random()).to_string(),
    }
}
