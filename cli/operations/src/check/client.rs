//! HTTP client of `check`: a connection for each request, over TLS if the address says so.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::tls;

/// Rest of its life that a certificate needs. Certificates are renewed earlier, if they are.
const CERTIFICATE_MARGIN: Duration = Duration::from_secs(7 * 86_400);
const TIMEOUT: Duration = Duration::from_secs(20);

/// Client of one installation.
pub struct Client {
    scheme: String,
    host: String,
    port: u16,
    tls: Arc<ClientConfig>,
    /// Header of all requests.
    header: Option<(HeaderName, HeaderValue)>,
}

/// Status and body of a response; the body is `null` if it is no JSON.
pub struct Response {
    pub status: u16,
    pub body: Value,
}

impl Response {
    /// Returns the body of a response with a status.
    pub fn expect(self, status: u16) -> anyhow::Result<Value> {
        ensure!(self.status == status, "the response is {} {}", self.status, self.body);
        Ok(self.body)
    }
}

/// Response that does not end.
pub struct Stream {
    body: Incoming,
    text: String,
}

impl Stream {
    /// Reads until a text arrives.
    pub async fn wait_for(&mut self, wanted: &str, limit: Duration) -> anyhow::Result<()> {
        let read = async {
            while !self.text.contains(wanted) {
                let frame = self.body.frame().await.context("the stream has ended")?;
                if let Some(data) = frame.context("the stream broke")?.data_ref() {
                    self.text.push_str(&String::from_utf8_lossy(data));
                }
            }
            anyhow::Ok(())
        };
        timeout(limit, read)
            .await
            .with_context(|| format!("nothing came within {} seconds", limit.as_secs()))?
    }
}

impl Client {
    /// Client of the installation at an address, which sends a header with all requests if there is one.
    pub fn new(url: &str, header: Option<(HeaderName, HeaderValue)>) -> anyhow::Result<Self> {
        let invalid = || anyhow!("{url} is no address: it looks like https://taskflow.example.com");
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else { return Err(invalid()) };
        let port = match (scheme, uri.port_u16()) {
            ("http" | "https", Some(port)) => port,
            ("http", None) => 80,
            ("https", None) => 443,
            _ => return Err(invalid()),
        };
        let tls = Arc::new(tls_config()?);
        Ok(Self { scheme: scheme.to_owned(), host: host.to_owned(), port, tls, header })
    }

    /// True if people reach it by TLS.
    pub fn is_encrypted(&self) -> bool {
        self.scheme == "https"
    }

    /// Sends a request, with JSON if there is some.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Response> {
        let exchange = async {
            let (status, body) = self.exchange(method, path, token, body).await?;
            let text = body.collect().await.context("the response broke off")?.to_bytes();
            Ok(Response { status, body: serde_json::from_slice(&text).unwrap_or_default() })
        };
        timeout(TIMEOUT, exchange)
            .await
            .with_context(|| format!("{method} {path}: no response within {} seconds", TIMEOUT.as_secs()))?
    }

    /// Opens a stream.
    pub async fn open(&self, path: &str, token: &str) -> anyhow::Result<Stream> {
        let exchange = timeout(TIMEOUT, self.exchange("GET", path, Some(token), None));
        let (status, body) =
            exchange.await.with_context(|| format!("no response within {} seconds", TIMEOUT.as_secs()))??;
        ensure!(status == 200, "GET {path} gave {status}");
        Ok(Stream { body, text: String::new() })
    }

    async fn exchange(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Incoming)> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", format!("{}:{}", self.host, self.port))
            .header("accept", "application/json, text/event-stream")
            .header("connection", "close");
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let text = match body {
            Some(body) if method != "GET" => {
                request = request.header("content-type", "application/json");
                body.to_string()
            }
            _ => String::new(),
        };
        let request = request.body(Full::new(Bytes::from(text)))?;
        let address = format!("{}:{}", self.host, self.port);
        let tcp = TcpStream::connect((self.host.trim_matches(['[', ']']), self.port))
            .await
            .with_context(|| format!("cannot reach {address}"))?;
        if !self.is_encrypted() {
            return send_over(tcp, request).await;
        }
        let name = ServerName::try_from(self.host.clone()).context("the host has an invalid name")?;
        let tls = TlsConnector::from(self.tls.clone()).connect(name, tcp).await;
        send_over(tls.with_context(|| format!("{address} is not to be trusted"))?, request).await
    }
}

async fn send_over(
    connection: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> anyhow::Result<(u16, Incoming)> {
    let (mut sender, driver) = http1::handshake(TokioIo::new(connection)).await?;
    // The response reports what goes wrong.
    tokio::spawn(driver);
    let what = format!("{} {}", request.method(), request.uri());
    let response = sender.send_request(request).await.with_context(|| format!("{what} was not answered"))?;
    Ok((response.status().as_u16(), response.into_body()))
}

fn tls_config() -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let roots = Arc::new(tls::roots());
    if roots.is_empty() {
        bail!("no authorities are known: name a file with some in SSL_CERT_FILE");
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build()?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(LongLived(verifier)))
        .with_no_client_auth())
}

/// Verifier that also rejects certificates which end soon.
#[derive(Debug)]
struct LongLived(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for LongLived {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verify =
            |at| self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, at);
        verify(now)?;
        let later = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs()) + CERTIFICATE_MARGIN);
        verify(later).map_err(|_| {
            rustls::Error::General("its certificate ends within a week: look at cert-manager".to_owned())
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
