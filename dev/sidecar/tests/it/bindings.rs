use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sidecar::mail::{self, Mail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::world::{NOWHERE, World, changed, secrets};

const EMAIL: &str = "/v1.0/bindings/email";

fn order(metadata: Value) -> Value {
    json!({ "operation": "create", "data": "<p>Hello</p>", "metadata": metadata })
}

impl World {
    fn mails(&self) -> Vec<Mail> {
        let paths = mail::all(&self.data.path().join("mail")).unwrap();
        paths.iter().map(|path| mail::read(path).unwrap()).collect()
    }
}

#[tokio::test]
async fn a_mail_arrives_in_the_mailbox_as_it_was_meant() {
    let world = World::new().await;
    let html = "<p>Grüße, 世界!</p>\n.\n..dots\n<a href=\"https://example.com/?a=b&c=d\">see</a>".to_owned()
        + "x".repeat(2000).as_str();
    let metadata =
        json!({ "emailTo": "Ann Example <ann@example.com>;bob@localhost", "subject": "Fällig: 牛奶", "priority": "1" });

    let sent = world.post(EMAIL, json!({ "operation": "create", "data": html, "metadata": metadata })).await;

    assert_eq!((sent.status, sent.body.as_str()), (204, ""));
    let [mail] = world.mails().try_into().unwrap();
    assert_eq!(mail.subject, "Fällig: 牛奶");
    assert_eq!(mail.to, "\"Ann Example\" <ann@example.com>, bob@localhost");
    // A mail ends with the end of a line.
    assert_eq!(mail.body.replace("\r\n", "\n"), html + "\n");
    let header = |name: &str| mail.headers.iter().find(|(known, _)| known == name).unwrap().1.as_str();
    assert_eq!((header("X-Priority"), header("MIME-Version")), ("1", "1.0"));
    assert_eq!(header("From"), "TaskFlow <taskflow@example.com>");
    assert_eq!(header("Delivered-To"), "ann@example.com, bob@localhost");
    assert!(header("Content-Type").starts_with("text/html"));
    assert!(mail.time.starts_with("20") && mail.time.ends_with('Z'), "{}", mail.time);
}

#[tokio::test]
async fn data_that_is_no_text_is_sent_as_json_and_another_sender_may_be_named() {
    let world = World::new().await;
    let metadata = json!({ "emailTo": "ann@example.com", "subject": "s", "emailFrom": "other@example.com" });

    let sent = world.post(EMAIL, json!({ "operation": "create", "data": { "a": 1 }, "metadata": metadata })).await;

    assert_eq!(sent.status, 204);
    let mail = &world.mails()[0];
    assert_eq!(mail.body.trim_end(), r#"{"a":1}"#);
    assert!(mail.headers.contains(&("From".into(), "other@example.com".into())));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_500_with_dapr_s_words() {
    let world = World::new().await;
    let to = "ann@example.com";
    for (metadata, why) in [
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
        (json!({ "emailTo": to, "subject": "s", "emailBCC": to }), "emailBCC is not for TaskFlow"),
    ] {
        let refused = world.post(EMAIL, order(metadata)).await;
        assert_eq!(refused.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
        assert!(refused.json()["message"].as_str().unwrap().contains(why), "{}", refused.body);
    }
    for (path, body, why) in [
        (EMAIL, json!({ "data": "x" }), "operation field is missing from request"),
        (
            EMAIL,
            json!({ "operation": "delete" }),
            "binding email does not support operation delete. supported operations:create",
        ),
        ("/v1.0/bindings/nothing", json!({ "operation": "create" }), "couldn't find output binding nothing"),
        ("/v1.0/bindings/outbox-relay", json!({ "operation": "create" }), "couldn't find output binding outbox-relay"),
    ] {
        let refused = world.post(path, body).await;
        assert_eq!(refused.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
        assert!(refused.body.contains(why), "{}", refused.body);
    }
    let malformed = (400, "ERR_MALFORMED_REQUEST".to_owned());
    assert_eq!(world.post(EMAIL, order(json!({ "emailTo": 1 }))).await.failure(), malformed);
    assert_eq!(world.call("POST", EMAIL, &[], "nonsense").await.failure(), malformed);
    assert!(world.mails().is_empty());
}

#[tokio::test]
async fn a_line_break_in_a_subject_makes_no_header() {
    let world = World::new().await;

    let sent =
        world.post(EMAIL, order(json!({ "emailTo": "ann@example.com", "subject": "a\r\nBcc: eve@example.com" }))).await;

    assert_eq!(sent.status, 204);
    let mail = &world.mails()[0];
    assert!(!mail.headers.iter().any(|(name, _)| name == "Bcc"), "{:?}", mail.headers);
    assert!(mail.headers.contains(&("Delivered-To".into(), "ann@example.com".into())));
}

/// A server of somebody who wants a password; it says no where `refuses` begins a command.
async fn server(refuses: &'static str) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&heard);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 here\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let answer: &[u8] = match line.split(' ').next().unwrap() {
                word if word == refuses => b"550 no\r\n",
                "EHLO" => b"250-here\r\n250 AUTH PLAIN LOGIN\r\n",
                "AUTH" => b"235 welcome\r\n",
                "DATA" => b"354 go on\r\n",
                _ => b"250 fine\r\n",
            };
            kept.lock().unwrap().push(line);
            writer.write_all(answer).await.unwrap();
        }
    });
    (address, heard)
}

async fn with_password(smtp: std::net::SocketAddr) -> World {
    World::with(|_| {
        let mut secrets = secrets(NOWHERE, smtp);
        secrets["smtp"]["user"] = json!("user");
        secrets["smtp"]["password"] = json!("sample");
        secrets
    })
    .await
}

#[tokio::test]
async fn a_user_signs_in_and_a_refusal_is_told() {
    let (address, heard) = server("MAIL").await;
    let world = with_password(address).await;

    let refused = world.post(EMAIL, order(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;

    assert_eq!(refused.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
    assert!(refused.body.contains("sending email failed") && refused.body.contains("no"), "{}", refused.body);
    let heard = heard.lock().unwrap();
    // That is a zero, the user, a zero and the password.
    assert!(heard.contains(&"AUTH PLAIN AHVzZXIAc2FtcGxl".to_owned()), "{heard:?}");
    assert!(heard.contains(&"MAIL FROM:<taskflow@example.com>".to_owned()), "{heard:?}");
}

#[tokio::test]
async fn a_user_who_cannot_sign_in_sends_nothing() {
    let world = with_password(crate::mailbox::start().await.0.address()).await;
    let refused = world.post(EMAIL, order(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;
    assert_eq!(refused.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
}

#[tokio::test]
async fn a_server_that_is_away_is_500_soon() {
    let world = World::with(|_| secrets(NOWHERE, ([127, 0, 0, 1], 1).into())).await;
    let refused = world.post(EMAIL, order(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;
    assert_eq!(refused.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_when_the_time_of_resiliency_is_over() {
    // Its connections are taken, and nobody looks at them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (_folder, files) = changed("resiliency.yaml", "mail: 8s", "mail: 300ms");
    let world = World::by(&files, |_| secrets(NOWHERE, silent.local_addr().unwrap())).await;

    let refused = world.post(EMAIL, order(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;

    assert_eq!(refused.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
    assert_eq!(refused.json()["message"], "error invoking output binding email: context deadline exceeded");
}

#[tokio::test]
async fn mail_that_the_sidecar_of_the_functions_may_not_send_is_not_sent() {
    let (_folder, files) = changed("components/email.yaml", "  - tasks\n", "");
    let world = World::by(&files, |mailbox| secrets(NOWHERE, mailbox)).await;

    let refused = world.post(EMAIL, order(json!({ "emailTo": "ann@example.com", "subject": "s" }))).await;

    assert_eq!(refused.failure(), (500, "ERR_INVOKE_OUTPUT_BINDING".into()));
    assert!(refused.body.contains("couldn't find output binding email"), "{}", refused.body);
    assert!(world.mails().is_empty());
}
