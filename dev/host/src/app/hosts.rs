//! `allowed_outbound_hosts`: the one list that HTTP and Postgres are both checked against. Anything that cannot be read
//! for certain is refused.

use std::{net::IpAddr, ops::Range};

use anyhow::{Context, Result, bail, ensure};
use ipnet::IpNet;
use url::{Host, Url};

const CHAINING: &str = "spin.internal";

/// What a component may reach.
pub(crate) struct AllowedHosts(Vec<Allowed>);

struct Allowed {
    /// `None` is `*`.
    scheme: Option<String>,
    host: AllowedHost,
    /// `None` is `*`.
    ports: Option<Range<u32>>,
}

enum AllowedHost {
    Any,
    /// The app itself, reached by a URL without a host.
    Itself,
    Below(String),
    Exactly(Host),
    Network(IpNet),
}

impl AllowedHosts {
    /// Reads entries whose templates are filled. `*.spin.internal` means the components that there are.
    pub fn parse(entries: &[String], components: &[String]) -> Result<Self> {
        let mut list = Vec::new();
        for entry in entries {
            let place = || format!("{entry:?}");
            if let Some((before, after)) = entry.split_once(&format!("*.{CHAINING}")) {
                for component in components {
                    let one = format!("{before}{component}.{CHAINING}{after}");
                    list.push(Allowed::parse(&one).with_context(place)?);
                }
            } else {
                list.push(Allowed::parse(entry).with_context(place)?);
            }
        }
        Ok(Self(list))
    }

    /// Whether a URL may be reached; one without a scheme is taken to be of `scheme`.
    pub fn allow(&self, url: &str, scheme: &str) -> bool {
        let parsed = match Url::parse(url) {
            Ok(url) if url.has_host() => Ok(url),
            _ => Url::parse(&format!("{scheme}://{url}")),
        };
        let Ok(url) = parsed else { return false };
        // The crate parses hosts of schemes that it does not know as opaque text, so an address is looked for again.
        let Some(Ok(host)) = url.host_str().map(Host::parse) else { return false };
        let port = url.port().or_else(|| well_known_port(url.scheme()));
        self.0.iter().any(|allowed| allowed.matches(url.scheme(), &host, port))
    }

    /// Whether the app may call itself.
    pub fn allow_itself(&self) -> bool {
        self.0.iter().any(|allowed| {
            matches!(allowed.scheme.as_deref(), None | Some("http" | "https"))
                && matches!(allowed.host, AllowedHost::Any | AllowedHost::Itself)
        })
    }
}

impl Allowed {
    fn parse(entry: &str) -> Result<Self> {
        let (scheme, rest) = entry.trim().split_once("://").context("has no scheme, such as http://")?;
        let scheme = match scheme {
            "*" => None,
            name if !name.is_empty() && name.chars().all(char::is_alphabetic) => Some(name.to_owned()),
            _ => bail!("has a scheme that is not a plain word"),
        };
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
        let (port, path) = port.split_once('/').unwrap_or((port, ""));
        ensure!(path.is_empty(), "has a path");
        let ports = match port {
            "*" => None,
            "" => {
                let scheme = scheme.as_deref().unwrap_or("*");
                let port = well_known_port(scheme)
                    .with_context(|| format!("{scheme} has no usual port, so it must name one"))?;
                Some(port.into()..u32::from(port) + 1)
            }
            range if range.contains("..") => {
                let (from, to) = range.split_once("..").context("has no port range")?;
                Some(from.parse::<u16>()?.into()..to.parse::<u16>()?.into())
            }
            one => {
                let port: u16 = one.parse().with_context(|| format!("{one:?} is not a port"))?;
                Some(port.into()..u32::from(port) + 1)
            }
        };
        Ok(Self { scheme, host: AllowedHost::parse(host.trim())?, ports })
    }

    fn matches(&self, scheme: &str, host: &Host, port: Option<u16>) -> bool {
        self.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
            && self.ports.as_ref().is_none_or(|ports| port.is_some_and(|port| ports.contains(&port.into())))
            && self.host.matches(host)
    }
}

impl AllowedHost {
    fn parse(host: &str) -> Result<Self> {
        Ok(match host {
            "*" => Self::Any,
            "self" | "self.alt" => Self::Itself,
            _ => {
                if let Some(network) = network(host) {
                    return Ok(Self::Network(network));
                }
                let host = host.trim_end_matches('/');
                ensure!(!host.contains('/'), "has a path");
                match host.strip_prefix("*.") {
                    Some(domain) if !domain.contains('*') => Self::Below(format!(".{domain}")),
                    None if !host.contains('*') => Self::Exactly(Host::parse(host)?),
                    _ => bail!("may have * only in front, as a whole part"),
                }
            }
        })
    }

    fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Below(suffix), Host::Domain(domain)) => domain.ends_with(suffix),
            (Self::Exactly(allowed), host) => allowed == host,
            (Self::Network(network), Host::Ipv4(ip)) => network.contains(&IpAddr::V4(*ip)),
            (Self::Network(network), Host::Ipv6(ip)) => network.contains(&IpAddr::V6(*ip)),
            (Self::Itself | Self::Below(_) | Self::Network(_), _) => false,
        }
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn well_known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        _ => None,
    }
}

/// The component that `{component}.spin.internal` names.
pub(crate) fn chained_component(host: &str) -> Option<&str> {
    let host = host.trim().rsplit_once(':').map_or(host.trim(), |(host, _)| host);
    host.split_once('.').filter(|(_, rest)| *rest == CHAINING).map(|(component, _)| component)
}
