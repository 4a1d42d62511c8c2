use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::command::{dev, error, folder};
use crate::database::Database;

/// TLS proxy in front of Postgres.
struct TlsProxy {
    port: u16,
    handshakes: Arc<AtomicUsize>,
    /// PEM file of the authority that signed its certificate.
    authority: PathBuf,
}

impl TlsProxy {
    async fn start(database: &Database, folder: &Path) -> Self {
        let (authority, certificate, key) = certificates();
        let path = folder.join("authority.pem");
        std::fs::write(&path, authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let handshakes = Arc::new(AtomicUsize::new(0));
        let (acceptor, counter, postgres) =
            (TlsAcceptor::from(Arc::new(config)), handshakes.clone(), database.address());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, counter, postgres) = (acceptor.clone(), counter.clone(), postgres.clone());
                tokio::spawn(async move { forward(client, acceptor, &counter, &postgres).await });
            }
        });
        Self { port, handshakes, authority: path }
    }
}

/// Forwards a connection. A client of Postgres first asks for TLS (`SSLRequest`, eight bytes), and the server
/// accepts with an `S`.
async fn forward(
    mut client: TcpStream,
    acceptor: TlsAcceptor,
    handshakes: &AtomicUsize,
    postgres: &str,
) -> Option<()> {
    client.read_exact(&mut [0; 8]).await.ok()?;
    client.write_all(b"S").await.ok()?;
    let mut encrypted = acceptor.accept(client).await.ok()?;
    handshakes.fetch_add(1, Ordering::SeqCst);
    let mut plain = TcpStream::connect(postgres).await.ok()?;
    tokio::io::copy_bidirectional(&mut encrypted, &mut plain).await.ok()?;
    Some(())
}

fn certificates() -> (String, CertificateDer<'static>, PrivateKeyDer<'static>) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (authority_certificate.pem(), certificate.der().clone(), key)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_to_postgres_is_encrypted_if_the_url_asks_for_it_and_only_to_a_trusted_server() {
    let folder = folder("tls");
    let database = Database::create("tls").await;
    let proxy = TlsProxy::start(&database, &folder).await;
    let url = database.url_at(&format!("localhost:{}", proxy.port), "require");
    let migrate = |authority: &Path| {
        let mut command = dev(&["migrate", "up"]);
        command.env("DATABASE_URL", &url).env("SSL_CERT_FILE", authority);
        tokio::task::block_in_place(|| command.output().unwrap())
    };

    let none = folder.join("no-authorities.pem");
    std::fs::write(&none, "").unwrap();
    assert!(error(&migrate(&none)).contains("cannot reach the database"));
    assert_eq!(proxy.handshakes.load(Ordering::SeqCst), 0);

    let trusted = migrate(&proxy.authority);
    assert!(trusted.status.success(), "{trusted:?}");
    assert!(proxy.handshakes.load(Ordering::SeqCst) > 0);

    let plain = dev(&["migrate", "status"])
        .env("DATABASE_URL", database.url_at(&database.address(), "require"))
        .output()
        .unwrap();
    assert!(
        error(&plain).contains("cannot reach the database"),
        "a server without TLS is refused: {plain:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_reach_postgres_encrypted_too() {
    let folder = folder("tls-functions");
    let database = Database::create("tls_functions").await;
    let proxy = TlsProxy::start(&database, &folder).await;
    let url = database.url_at(&format!("localhost:{}", proxy.port), "require");

    tokio::task::block_in_place(|| {
        let mut command = dev(&["up", "--engine", "embedded", "--port", "0", "--data"]);
        command.arg(&folder).env("DATABASE_URL", &url).env("SSL_CERT_FILE", &proxy.authority);
        let up = crate::command::Up::from(command);
        let before = proxy.handshakes.load(Ordering::SeqCst);
        assert!(up.send("GET /ready", "", "").starts_with("HTTP/1.1 200"));
        assert!(proxy.handshakes.load(Ordering::SeqCst) > before);
        assert_eq!(up.end(rustix::process::Signal::TERM), Some(0));
    });
}
