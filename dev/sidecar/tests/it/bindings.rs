use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sidecar::mail::{self, Mail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::world::{NOWHERE, World, changed, secrets};

const EMAIL: &str = "/v1.0/bindings/email";

fn mail_request(metadata: Value) -> Value {
    json!({ "operation": "create", "data": "<p>Hello</p>", "metadata": metadata })
}

impl World {
    fn mails(&self) -> Vec<Mail> {
        let paths = mail::list(&self.data.path().join("mail")).unwrap();
        paths.iter().map(|path| mail::read(path).unwrap()).collect()
    }
}

#[tokio::test]
async fn a_mail_arrives_unchanged_in_the_mailbox() {
    let world = World::new().await;
    let html = "<p>Grüße, 世界!</p>\n.\n..dots\n<a href=\"https://example.com/?a=b&c=d\">see</a>".to_owned()
        + "x".repeat(2000).as_str();
    let metadata = json!({ "emailTo": "Ann Example <ann@example.com>;bob@localhost", "subject": "Fällig: 牛奶", "priority": "1" });

    let sent = world.post(EMAIL, json!({ "operation": "create", "data": html, "metadata": metadata })).await;

    assert_eq!((sent.status, sent.body.as_str()), (204, ""));
    let [mail] = world.mails().try_into().unwrap();
    assert_eq!(mail.subject, "Fällig: 牛奶");
    assert_eq!(mail.to, "\"Ann Example\" <ann@example.com>, bob@localhost");
    // SMTP ends a mail with a line break.
    assert_eq!(mail.body.replace("\r\n", "\n"), html + "\n");
    let header = |name: &str| mail.headers.iter().find(|(known, _)| known == name).unwrap().1.as_str();
    assert_eq!((header("X-Priority"), header("MIME-Version")), ("1", "1.0"));
    assert_eq!(header("From"), "TaskFlow <taskflow@example.com>");
    assert_eq!(header("Delivered-To"), "ann@example.com, bob@localhost");
    assert!(header("Content-Type").starts_with("text/html"));
    assert!(mail.time.starts_with("20") && mail.time.ends_with('Z'), "{}", mail.time);
}

#[tokio::test]
async fn data_that_is_not_a_string_is_sent_as_json_and_the_sender_can_be_set() {
    let world = World::new().await;
    let metadata = json!({ "emailTo": "ann@example.com", "subject": "s", "emailFrom": "other@example.com" });

    let sent =
        world.post(EMAIL, json!({ "operation": "create", "data": { "a": 1 }, "metadata": metadata })).await;

    assert_eq!(sent.status, 204);
    let mail = &world.mails()[0];
    assert_eq!(mail.body.trim_end(), r#"{"a":1}"#);
    assert!(mail.headers.contains(&("From".into(), "other@example.com".into())));
}

#[tokio::test]
async fn missing_and_invalid_values_are_500_with_the_messages_of_dapr() {
    let world = World::new().await;
    let to = "ann@example.com";
    for (metadata, message) in [
        (
            json!({ "subject": "s" }),
            "smtp binding error: emailTo property not supplied in configuration- or request-metadata",
        ),
        (json!({ "emailTo": to, "subject": "" }), "subject property not supplied"),
        (json!({ "emailTo": "ann", "subject": "s" }), "invalid address"),
        (json!({ "emailTo": "ann@example.com;", "subject": "s" }), "invalid address"),
        (json!({ "emailTo": "ann@example.com\r\nRCPT TO:<x@y>", "subject": "s" }), "invalid address"),
        (
            json!({ "emailTo": to, "subject": "s", "priority": "6" }),
            "priority value must be between 1 (highest) and 5 (lowest)",
        ),
        (json!({ "emailTo": to, "subject": "s", "emailBCC": to }), "emailBCC is not supported"),
    ] {
        let response = world.post(EMAIL, mail_request(metadata)).await;
        assert_eq!(response.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
        assert!(response.json()["message"].as_str().unwrap().contains(message), "{}", response.body);
    }
    for (path, body, message) in [
        (EMAIL, json!({ "data": "x" }), "operation field is missing from request"),
        (
            EMAIL,
            json!({ "operation": "delete" }),
            "binding email does not support operation delete. supported operations:create",
        ),
        ("/v1.0/bindings/nothing", json!({ "operation": "create" }), "couldn't find output binding nothing"),
        (
            "/v1.0/bindings/outbox-relay",
            json!({ "operation": "create" }),
            "couldn't find output binding outbox-relay",
        ),
    ] {
        let response = world.post(path, body).await;
        assert_eq!(response.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
        assert!(response.body.contains(message), "{}", response.body);
    }
    let malformed = (400, "ERR_MALFORMED_REQUEST".to_owned());
    assert_eq!(world.post(EMAIL, mail_request(json!({ "emailTo": 1 }))).await.failure(), malformed);
    assert_eq!(world.call("POST", EMAIL, &[], "nonsense").await.failure(), malformed);
    assert!(world.mails().is_empty());
}

#[tokio::test]
async fn a_line_break_in_a_subject_adds_no_header() {
    let world = World::new().await;

    let sent = world
        .post(
            EMAIL,
            mail_request(json!({ "emailTo": "ann@example.com", "subject": "a\r\nBcc: eve@example.com" })),
        )
        .await;

    assert_eq!(sent.status, 204);
    let mail = &world.mails()[0];
    assert!(!mail.headers.iter().any(|(name, _)| name == "Bcc"), "{:?}", mail.headers);
    assert!(mail.headers.contains(&("Delivered-To".into(), "ann@example.com".into())));
}

/// Starts an SMTP server that requires a password and rejects one command. Returns its address and the lines
/// that it receives.
async fn server(rejected_command: &'static str) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, received) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let lines_received = Arc::clone(&received);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 here\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let reply: &[u8] = match line.split(' ').next().unwrap() {
                command if command == rejected_command => b"550 no\r\n",
                "EHLO" => b"250-here\r\n250 AUTH PLAIN LOGIN\r\n",
                "AUTH" => b"235 welcome\r\n",
                "DATA" => b"354 go on\r\n",
                _ => b"250 fine\r\n",
            };
            lines_received.lock().unwrap().push(line);
            writer.write_all(reply).await.unwrap();
        }
    });
    (address, received)
}

async fn with_password(smtp: std::net::SocketAddr) -> World {
    World::with_secrets(|_| {
        let mut secrets = secrets(NOWHERE, smtp);
        secrets["smtp"]["user"] = json!("user");
        secrets["smtp"]["password"] = json!("sample");
        secrets
    })
    .await
}

#[tokio::test]
async fn the_binding_signs_in_and_reports_a_rejection() {
    let (address, received) = server("MAIL").await;
    let world = with_password(address).await;

    let response =
        world.post(EMAIL, mail_request(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;

    assert_eq!(response.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
    assert!(
        response.body.contains("sending email failed") && response.body.contains("no"),
        "{}",
        response.body
    );
    let received = received.lock().unwrap();
    // Base64 of `\0user\0sample`.
    assert!(received.contains(&"AUTH PLAIN AHVzZXIAc2FtcGxl".to_owned()), "{received:?}");
    assert!(received.contains(&"MAIL FROM:<taskflow@example.com>".to_owned()), "{received:?}");
}

#[tokio::test]
async fn mail_is_not_sent_if_the_server_has_no_authentication() {
    let world = with_password(crate::mailbox::start().await.0.address()).await;
    let response =
        world.post(EMAIL, mail_request(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;
    assert_eq!(response.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
}

#[tokio::test]
async fn an_unreachable_server_is_500() {
    let world = World::with_secrets(|_| secrets(NOWHERE, ([127, 0, 0, 1], 1).into())).await;
    let response =
        world.post(EMAIL, mail_request(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;
    assert_eq!(response.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
}

#[tokio::test]
async fn a_silent_server_is_500_after_the_timeout_in_resiliency() {
    // It accepts connections and never sends a byte.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_folder, files) = changed("resiliency.yaml", "mail: 8s", "mail: 300ms");
    let world = World::with_files(&files, |_| secrets(NOWHERE, silent.local_addr().unwrap())).await;

    let response =
        world.post(EMAIL, mail_request(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;

    assert_eq!(response.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
    assert_eq!(response.json()["message"], "error invoking output binding email: context deadline exceeded");
}

#[tokio::test]
async fn mail_is_not_sent_if_the_binding_is_not_in_scope_of_the_functions_sidecar() {
    let (_folder, files) = changed("components/email.yaml", "  - tasks\n", "");
    let world = World::with_files(&files, |mailbox| secrets(NOWHERE, mailbox)).await;

    let response =
        world.post(EMAIL, mail_request(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;

    assert_eq!(response.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
    assert!(response.body.contains("couldn't find output binding email"), "{}", response.body);
    assert!(world.mails().is_empty());
}
