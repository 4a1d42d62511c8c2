//! E-mail: the binding of type smtp.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde_json::Value;

use crate::component::{Component, Values};
use crate::secrets::Secrets;

const WITHIN: Duration = Duration::from_secs(10);

/// From this port on everything is encrypted; elsewhere that begins when both have said that they can.
const ENCRYPTED: u16 = 465;

const KNOWN: &[&str] =
    &["host", "port", "user", "password", "skipTLSVerify", "emailFrom", "emailTo", "subject", "priority"];

pub struct Smtp {
    values: Values,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Smtp {
    pub const KIND: &str = "bindings.smtp";

    pub fn open(component: &Component, secrets: &Secrets) -> Result<Self> {
        let values = component.values(secrets, KNOWN)?;
        let (host, user, password) = (values.required("host")?, values.get("user"), values.get("password"));
        let port = values.required("port")?;
        let port = port.parse().with_context(|| format!("the component {}: `{port}` is no port", component.name))?;
        let has_both = user.is_empty() == password.is_empty();
        ensure!(has_both, "the component {} needs both of user and password, or none", component.name);
        priority(values.get("priority")).map_err(anyhow::Error::msg)?;
        let trusts_anybody =
            ["y", "yes", "true", "t", "on", "1"].contains(&values.get("skipTLSVerify").to_lowercase().as_str());
        let tls = TlsParameters::builder(host.to_owned())
            .dangerous_accept_invalid_certs(trusts_anybody)
            .dangerous_accept_invalid_hostnames(trusts_anybody)
            .build_rustls()?;
        let is_near = ["localhost", "127.0.0.1", "::1"].contains(&host);
        let tls = match port {
            ENCRYPTED => Tls::Wrapper(tls),
            // A password goes in the clear to nobody else.
            _ if !user.is_empty() && !is_near => Tls::Required(tls),
            _ => Tls::Opportunistic(tls),
        };
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).tls(tls).timeout(Some(WITHIN));
        if !user.is_empty() {
            transport = transport.credentials(Credentials::new(user.to_owned(), password.to_owned()));
        }
        Ok(Self { transport: transport.build(), values })
    }

    /// Sends one mail, and waits until the server has it.
    pub async fn send(&self, metadata: &BTreeMap<String, String>, data: &Value) -> Result<(), String> {
        let message = self.message(metadata, data)?;
        let failed = |why: String| format!("error from smtp binding, sending email failed: {why}");
        match tokio::time::timeout(WITHIN, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failed(format!("{:#}", anyhow::Error::new(error)))),
            Err(_) => Err(failed(format!("no answer within {} s", WITHIN.as_secs()))),
        }
    }

    fn message(&self, metadata: &BTreeMap<String, String>, data: &Value) -> Result<Message, String> {
        let given = |name: &str| metadata.get(name).map(String::as_str).filter(|value| !value.is_empty());
        // Dapr would send them, and it is better that nobody relies on that: one mail, one reader.
        if let Some(name) = ["emailCC", "emailBCC"].into_iter().find(|name| given(name).is_some()) {
            return Err(format!("smtp binding error: {name} is not for TaskFlow"));
        }
        let needed = |name: &str| match given(name).unwrap_or(self.values.get(name)) {
            "" => {
                Err(format!("smtp binding error: {name} property not supplied in configuration- or request-metadata"))
            }
            value => Ok(value),
        };
        let address = |text: &str| {
            let parsed = text.trim().parse::<Mailbox>();
            parsed.map_err(|error| {
                format!("error from smtp binding, sending email failed: invalid address \"{text}\": {error}")
            })
        };
        let (from, to, subject) = (needed("emailFrom")?, needed("emailTo")?, needed("subject")?);
        let priority = priority(given("priority").unwrap_or(self.values.get("priority")))?;
        let mut message = Message::builder().header(MIME_VERSION_1_0).header(ContentType::TEXT_HTML);
        message = message.from(address(from)?).subject(subject);
        for one in to.split(';') {
            message = message.to(address(one)?);
        }
        let priority = HeaderValue::new(HeaderName::new_from_ascii_str("X-Priority"), priority.to_string());
        let body = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
        message.raw_header(priority).body(body).map_err(|error| format!("{:#}", anyhow::Error::new(error)))
    }
}

/// From 1, the highest, to 5.
fn priority(text: &str) -> Result<u8, String> {
    match text {
        "" => Ok(3),
        text => match text.parse() {
            Ok(priority @ 1..=5) => Ok(priority),
            _ => Err("smtp binding error:  priority value must be between 1 (highest) and 5 (lowest)".into()),
        },
    }
}
