use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{FILES, NOWHERE, World, call, changed, secrets, start};

#[tokio::test]
async fn a_secret_that_functions_may_read_is_returned_with_all_its_keys() {
    let (_folder, files) = changed("config.yaml", "allowedSecrets: []", "allowedSecrets: [kafka, nothing]");
    let data = TempDir::new().unwrap();
    let sidecar = start(&files, data.path(), &sample()).await.unwrap();
    let get = async |path: &str| call(sidecar.address(), "GET", path, &[], "").await;

    let kafka = json!({ "authType": "none", "brokers": "" });
    assert_eq!(get("/v1.0/secrets/secrets/kafka").await.json(), kafka);
    assert_eq!(get("/v1.0/secrets/secrets/bulk").await.json(), json!({ "kafka": kafka }));
    let unknown = get("/v1.0/secrets/secrets/nothing").await;
    assert_eq!(unknown.failure(), (500, "ERR_SECRET_GET".into()));
    assert_eq!(
        unknown.json()["message"],
        "failed getting secret with key nothing from secret store secrets: secret nothing not found"
    );
}

#[tokio::test]
async fn functions_cannot_read_secrets_of_components() {
    let world = World::new().await;

    assert_eq!(
        world.get("/v1.0/secrets/secrets/smtp").await.failure(),
        (403, "ERR_PERMISSION_DENIED".into())
    );
    assert_eq!(world.get("/v1.0/secrets/secrets/bulk").await.json(), json!({}));
    assert_eq!(
        world.get("/v1.0/secrets/elsewhere/smtp").await.failure(),
        (401, "ERR_SECRET_STORE_NOT_FOUND".into())
    );
}

#[tokio::test]
async fn building_blocks_that_functions_do_not_use_cannot_be_called() {
    let world = World::new().await;

    for path in [
        "/v1.0/metadata",
        "/v1.0/actors/a/b/state",
        "/v1.0-alpha1/configuration/settings",
        "/v2.0/secrets/secrets/smtp",
    ] {
        assert_eq!(world.get(path).await.failure(), (404, "ERR_DIRECT_INVOKE".into()), "{path}");
    }
}

/// Returns the error with which the sidecar does not start.
async fn start_error(files: &Path, secrets: &Value) -> String {
    let data = TempDir::new().unwrap();
    let error = start(files, data.path(), secrets).await.err().expect("an error");
    format!("{error:#}").replace(&data.path().display().to_string(), "DATA")
}

fn sample() -> Value {
    secrets(NOWHERE, ([127, 0, 0, 1], 1).into())
}

#[tokio::test]
async fn it_does_not_start_without_a_secret_that_a_component_refers_to() {
    let mut secrets = sample();
    secrets["smtp"].as_object_mut().unwrap().remove("port");
    let error = start_error(FILES.as_ref(), &secrets).await;
    assert_eq!(
        error,
        "the component email needs a secret for its port: DATA/secrets.json has no port in smtp"
    );

    let mut secrets = sample();
    secrets.as_object_mut().unwrap().remove("kafka");
    assert!(start_error(FILES.as_ref(), &secrets).await.contains("has no brokers in kafka"));
}

#[tokio::test]
async fn it_does_not_start_with_invalid_values() {
    let error = async |secret: &str, key: &str, value: Value| {
        let mut secrets = sample();
        secrets[secret][key] = value;
        start_error(FILES.as_ref(), &secrets).await
    };

    // Real Dapr would turn a number into unusable text.
    assert!(error("smtp", "port", json!(25)).await.contains("an object of strings"));
    assert!(error("smtp", "port", json!("many")).await.contains("invalid port `many`"));
    assert!(error("smtp", "host", json!("")).await.contains("the component email has no host"));
    assert!(error("smtp", "user", json!("ann")).await.contains("both user and password"));
    assert!(error("postgres", "connectionString", json!("")).await.contains("has no connectionString"));
    assert!(error("postgres", "connectionString", json!("what?")).await.contains("cannot be parsed"));
}

#[tokio::test]
async fn it_does_not_start_with_files_that_real_dapr_would_treat_differently() {
    for (name, from, to, message) in [
        ("components/state.yaml", "version: v2", "version: v1", "must be of version v2"),
        ("components/state.yaml", "state.postgresql", "state.redis", "is not supported"),
        ("components/state.yaml", "auth:\n  secretStore: secrets", "", "no auth.secretStore"),
        (
            "components/state.yaml",
            "secretStore: secrets",
            "secretStore: elsewhere",
            "there is no secret store elsewhere",
        ),
        (
            "components/configuration.yaml",
            "value: configuration",
            "value: Configuration; drop",
            "is not a valid table name",
        ),
        (
            "components/configuration.yaml",
            "- name: table",
            "- name: tabel",
            "which this sidecar does not support",
        ),
        ("components/secrets.yaml", "value: \"true\"", "value: \"false\"", "must be multiValued"),
        ("components/secrets.yaml", "secrets.json", "elsewhere.json", "cannot read the secrets"),
        (
            "components/email.yaml",
            "- tasks",
            "- task",
            "email has the scope task, which dapr.yaml does not list",
        ),
        ("components/send-mail.yaml", "scopes:\n  - notifications", "", "send-mail must have one scope"),
        (
            "subscriptions/recurrence.yaml",
            "  - recurrence",
            "  - audit",
            "audit has two subscriptions to task-events",
        ),
        (
            "subscriptions/recurrence.yaml",
            "pubsubname: pubsub",
            "pubsubname: kafka",
            "subscribes to the component kafka",
        ),
        ("subscriptions/recurrence.yaml", "default:", "rules: []\n    default:", "and no rules"),
        (
            "topics.yaml",
            "name: recurrence-dead-letters",
            "name: letters",
            "which topics.yaml does not declare",
        ),
        ("resiliency.yaml", "email:", "mail:", "a target mail, which is no output binding"),
        ("resiliency.yaml", "timeout: mail", "timeout: mail\n          retry: publish", "the target email"),
    ] {
        let (_folder, files) = changed(name, from, to);
        let error = start_error(&files, &sample()).await;
        assert!(error.contains(message), "{error}");
    }
}
