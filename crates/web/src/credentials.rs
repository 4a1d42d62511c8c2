//! Credentials of a request, before the database or an issuer's key verifies them.

use crate::connection::scheme;
use crate::{Problem, Request};

/// Name of the session cookie.
pub const COOKIE: &str = "taskflow_session";

/// Prefix of every personal access token, so that scanners for secrets find it.
pub const TOKEN_PREFIX: &str = "tfp_";

/// Credential of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// Token of a session.
    Session(&'a str),
    /// Personal access token.
    Token(&'a str),
    /// JWT of an issuer.
    Jwt(&'a str),
}

/// Returns the credential in the `Authorization` header, or else in the cookie.
pub fn credential(request: &Request) -> Result<Credential<'_>, Problem> {
    match request.header("authorization") {
        Some(header) => bearer(header)
            .map(|token| match token {
                token if token.starts_with(TOKEN_PREFIX) => Credential::Token(token),
                token if token.split('.').count() == 3 => Credential::Jwt(token),
                token => Credential::Session(token),
            })
            .ok_or_else(Problem::not_signed_in),
        None => token_in_cookie(request).map(Credential::Session).ok_or_else(Problem::not_signed_in),
    }
}

/// Returns the token in an `Authorization` header, or `None` if that has another scheme.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Maximum number of session cookies that are tried.
const MAX_COOKIES: usize = 4;

/// Returns the session token in the cookie, if the cookie is the credential of the request.
pub fn token_in_cookie(request: &Request) -> Option<&str> {
    session_cookies(request).nth(request.cookie)
}

/// Returns the tokens in all session cookies, if they are the credentials of the request. A page of another
/// host of the same domain can set one too, for a longer path, so that it comes first. That must not sign
/// anybody out.
pub fn session_cookies(request: &Request) -> impl Iterator<Item = &str> {
    let header = request.header("cookie").filter(|_| request.header("authorization").is_none());
    let pairs = header.into_iter().flat_map(|header| header.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| value)
        .take(MAX_COOKIES)
}

/// Seconds for which browsers keep the cookie: as long as a session lasts from its start or extension.
const COOKIE_SECONDS: u32 = 30 * 24 * 60 * 60;

/// Makes the session cookie, or removes it without a token. Scripts cannot read it, and browsers do not send
/// it with writes from other sites.
pub fn session_cookie(request: &Request, token: Option<&str>) -> String {
    let (token, seconds) = token.map_or(("", 0), |token| (token, COOKIE_SECONDS));
    let secure = if request.is_secure() { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Rejects requests that a browser sends from pages of other sites: browsers add the cookie by themselves, so
/// a change without an `Authorization` header must come from TaskFlow's own pages. Other programs send
/// neither `Sec-Fetch-Site` nor `Origin`. The scheme of an origin counts only where that of the request is
/// known: a trusted proxy that does not report it may have ended TLS.
pub fn check_site(request: &Request) -> Result<(), Problem> {
    if matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
        || request.header("authorization").is_some()
    {
        return Ok(());
    }
    let ours = match (request.header("sec-fetch-site"), request.header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => is_own_origin(request, origin),
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(Problem::other_site()) }
}

/// True if the origin has the host, the port and the scheme of the request.
fn is_own_origin(request: &Request, origin: &str) -> bool {
    // The host hides the `Host` header from functions, but passes the full URL.
    let url = request.header("spin-full-url").and_then(|url| url.split_once("://"));
    let (Some((origin_scheme, origin_host)), Some((_, rest))) = (origin.split_once("://"), url) else {
        return false;
    };
    let host = rest.split(['/', '?']).next().unwrap_or(rest);
    let has_scheme = scheme(request).is_none_or(|scheme| scheme.eq_ignore_ascii_case(origin_scheme));
    has_scheme && origin_host == host
}
