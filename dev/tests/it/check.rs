use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustix::process::Signal;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::command::{Up, dev, error, folder, run, stdout};

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn an_installation_that_works_passes_the_check() {
    let up = Up::start(&folder("check"));
    let url = format!("http://{}", up.address);

    let checked = run(&["check", &url]);

    assert_eq!(stdout(&checked), format!("{url} works"));
    let steps = String::from_utf8_lossy(&checked.stderr);
    for step in ["health", "each function", "live stream", "audit trail", "reminder", "next occurrence"] {
        assert!(steps.contains(step), "{steps}");
    }
    assert_eq!(up.end(Signal::TERM), Some(0));
}

#[test]
fn the_check_says_what_is_wrong_with_an_installation() {
    let line = error(&run(&["check", "taskflow.example.com"]));
    assert!(line.contains("is no address: it looks like https://taskflow.example.com"), "{line}");
    let line = error(&run(&["check", "--within", "0", "http://127.0.0.1:1"]));
    assert!(line.starts_with("error: cannot reach 127.0.0.1:1"), "{line}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().for_each(|client| refuse(client.unwrap())));
    let line = error(&run(&["check", "--within", "0", &url]));
    assert!(line.contains(r#"it is not ready: /health gave 503 {"postgres":"down"}"#), "{line}");
}

#[test]
fn the_check_sends_a_header_by_which_a_gateway_chooses_a_release() {
    let refused = run(&["check", "--header", "canary", "http://127.0.0.1:1"]);
    let reason = String::from_utf8_lossy(&refused.stderr);
    assert!(reason.contains("it looks like \"TaskFlow-Release: canary\""), "{reason}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = vec![0; 4096];
        let length = client.read(&mut request).unwrap();
        client.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    error(&run(&["check", "--within", "0", "--header", "TaskFlow-Release: canary", &url]));

    let request = server.join().unwrap();
    assert!(request.contains("\r\ntaskflow-release: canary\r\n"), "{request}");
}

#[test]
fn a_certificate_that_ends_within_a_week_fails_the_check() {
    let folder = folder("check-certificate");
    let check = |life: Duration| {
        let (authority, port) = serve_tls(life);
        let path = folder.join("authority.pem");
        std::fs::write(&path, authority).unwrap();
        let url = format!("https://localhost:{port}");
        error(&dev(&["check", "--within", "0", &url]).env("SSL_CERT_FILE", &path).output().unwrap())
    };

    let line = check(3 * DAY);
    assert!(line.contains("its certificate ends within a week"), "{line}");
    let line = check(30 * DAY);
    assert!(line.contains("it is not ready: /health gave 503"), "{line}");
}

/// Starts a server whose certificate lives for some time. Returns the authority that signed it, and its port.
fn serve_tls(life: Duration) -> (String, u16) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + UNIX_EPOCH.elapsed().unwrap() + life;
    let certificate = params.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let (listener, config) = (TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(config));
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            refuse(StreamOwned::new(connection, client.unwrap()));
        }
    });
    (pem, port)
}

/// Answers a request as TaskFlow does without its database. A client that does not trust this server is gone.
fn refuse(mut client: impl Read + Write) {
    let body = r#"{"dependencies":{"postgres":"down"}}"#;
    if client.read(&mut [0; 4096]).is_ok() {
        let length = body.len();
        let _ = write!(client, "HTTP/1.1 503 Service Unavailable\r\ncontent-length: {length}\r\n\r\n{body}");
        let _ = client.flush();
    }
}
