//! Connection of the client: its address and its encryption, as a trusted proxy or the host reports them.

use std::net::IpAddr;

use spin_sdk::variables;

use crate::Request;

/// True if a trusted proxy in front of TaskFlow sets the client's address.
fn is_proxy_trusted() -> bool {
    variables::get("trusted_proxy").is_ok_and(|trusted| trusted == "true")
}

/// Returns the client's network address; for IPv6 the /64 network, as one customer has all of it.
pub fn address(request: &Request) -> Option<String> {
    let forwarded = || {
        let last = request.header("x-forwarded-for")?.rsplit(',').next()?;
        last.trim().parse::<IpAddr>().ok()
    };
    let direct = || {
        let client = request.header("spin-client-addr")?;
        let host = client.rsplit_once(':').map_or(client, |(host, _)| host);
        host.trim_matches(['[', ']']).parse().ok()
    };
    forwarded().filter(|_| is_proxy_trusted()).or_else(direct).map(|address| match address {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        other => other.to_canonical().to_string(),
    })
}

/// True if the client uses TLS.
pub fn is_secure(request: &Request) -> bool {
    let forwarded = request.header("x-forwarded-proto").filter(|_| is_proxy_trusted());
    match forwarded {
        Some(scheme) => scheme.eq_ignore_ascii_case("https"),
        None => request.header("spin-full-url").is_some_and(|url| url.starts_with("https:")),
    }
}
