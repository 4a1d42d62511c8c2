//! E-mail: the binding of type SMTP.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde_json::Value;

use crate::component::{Component, Values};
use crate::secrets::SecretStores;

const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Port for TLS from the first byte. On other ports, TLS begins with STARTTLS.
const TLS_PORT: u16 = 465;

const SUPPORTED: &[&str] =
    &["host", "port", "user", "password", "skipTLSVerify", "emailFrom", "emailTo", "subject", "priority"];

/// Prefix of Dapr's error messages.
const SENDING_FAILED: &str = "error from smtp binding, sending email failed";

pub struct Smtp {
    values: Values,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    pub const KIND: &str = "bindings.smtp";

    pub fn open(component: &Component, secrets: &SecretStores) -> Result<Self> {
        let name = &component.name;
        let values = secrets.resolve(component, SUPPORTED)?;
        let (host, user, password) = (values.required("host")?, values.get("user"), values.get("password"));
        let port = values.required("port")?;
        let port = port.parse().with_context(|| format!("the component {name}: invalid port `{port}`"))?;
        let is_complete = user.is_empty() == password.is_empty();
        ensure!(is_complete, "the component {name} needs both user and password, or neither");
        parse_priority(values.get("priority"))?;
        let skips_verification = ["y", "yes", "true", "t", "on", "1"]
            .contains(&values.get("skipTLSVerify").to_lowercase().as_str());
        let tls = TlsParameters::builder(host.to_owned())
            .dangerous_accept_invalid_certs(skips_verification)
            .dangerous_accept_invalid_hostnames(skips_verification)
            .build_rustls()?;
        let is_local = ["localhost", "127.0.0.1", "::1"].contains(&host);
        let tls = match port {
            TLS_PORT => Tls::Wrapper(tls),
            // Passwords are sent without TLS only to this machine.
            _ if !user.is_empty() && !is_local => Tls::Required(tls),
            _ => Tls::Opportunistic(tls),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(TIME_LIMIT));
        if !user.is_empty() {
            transport = transport.credentials(Credentials::new(user.to_owned(), password.to_owned()));
        }
        Ok(Self { transport: transport.build(), values })
    }

    /// Sends a mail, and returns after the server has accepted it.
    pub async fn send(&self, metadata: &BTreeMap<String, String>, data: &Value) -> Result<()> {
        let message = self.message(metadata, data)?;
        match tokio::time::timeout(TIME_LIMIT, self.transport.send(message)).await {
            Ok(sent) => sent.map(drop).context(SENDING_FAILED),
            Err(_) => bail!("{SENDING_FAILED}: no response within {} s", TIME_LIMIT.as_secs()),
        }
    }

    fn message(&self, metadata: &BTreeMap<String, String>, data: &Value) -> Result<Message> {
        let value = |name: &str| metadata.get(name).map(String::as_str).filter(|value| !value.is_empty());
        // Dapr supports both, but TaskFlow sends each mail to one reader, so using them is an error.
        if let Some(name) = ["emailCC", "emailBCC"].into_iter().find(|name| value(name).is_some()) {
            bail!("smtp binding error: {name} is not supported");
        }
        let required = |name: &str| match value(name).unwrap_or(self.values.get(name)) {
            "" => bail!(
                "smtp binding error: {name} property not supplied in configuration- or request-metadata"
            ),
            value => Ok(value),
        };
        let (from, to, subject) = (required("emailFrom")?, required("emailTo")?, required("subject")?);
        let priority = parse_priority(value("priority").unwrap_or(self.values.get("priority")))?;
        let mut message = Message::builder().header(MIME_VERSION_1_0).header(ContentType::TEXT_HTML);
        message = message.from(parse_address(from)?).subject(subject);
        for recipient in to.split(';') {
            message = message.to(parse_address(recipient)?);
        }
        let priority = HeaderValue::new(HeaderName::new_from_ascii_str("X-Priority"), priority.to_string());
        let body = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
        Ok(message.raw_header(priority).body(body)?)
    }
}

fn parse_address(text: &str) -> Result<Mailbox> {
    text.trim().parse().with_context(|| format!("{SENDING_FAILED}: invalid address \"{text}\""))
}

/// Parses a priority from 1, the highest, to 5. The default is 3.
fn parse_priority(text: &str) -> Result<u8> {
    match text {
        "" => Ok(3),
        text => match text.parse() {
            Ok(priority @ 1..=5) => Ok(priority),
            _ => bail!("smtp binding error:  priority value must be between 1 (highest) and 5 (lowest)"),
        },
    }
}
