use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{FILES, NOWHERE, World, call, changed, secrets, start};

#[tokio::test]
async fn a_secret_is_given_with_all_its_keys_when_functions_may_read_it() {
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
async fn what_only_components_need_is_kept_from_functions() {
    let world = World::new().await;

    assert_eq!(world.get("/v1.0/secrets/secrets/smtp").await.failure(), (403, "ERR_PERMISSION_DENIED".into()));
    assert_eq!(world.get("/v1.0/secrets/secrets/bulk").await.json(), json!({}));
    assert_eq!(world.get("/v1.0/secrets/elsewhere/smtp").await.failure(), (401, "ERR_SECRET_STORE_NOT_FOUND".into()));
}

#[tokio::test]
async fn what_functions_do_not_use_cannot_be_called() {
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

/// Why the sidecar does not start.
async fn refusal(files: &Path, secrets: &Value) -> String {
    let data = TempDir::new().unwrap();
    let refused = start(files, data.path(), secrets).await.err().expect("it does not start");
    format!("{refused:#}").replace(&data.path().display().to_string(), "DATA")
}

fn sample() -> Value {
    secrets(NOWHERE, ([127, 0, 0, 1], 1).into())
}

#[tokio::test]
async fn it_does_not_start_without_a_secret_that_a_component_names() {
    let mut secrets = sample();
    secrets["smtp"].as_object_mut().unwrap().remove("port");
    let why = refusal(FILES.as_ref(), &secrets).await;
    assert_eq!(why, "the component email needs a secret for its port: DATA/secrets.json has no port in smtp");

    let mut secrets = sample();
    secrets.as_object_mut().unwrap().remove("kafka");
    assert!(refusal(FILES.as_ref(), &secrets).await.contains("has no brokers in kafka"));
}

#[tokio::test]
async fn it_does_not_start_with_values_that_its_components_would_refuse() {
    let refused = async |secret: &str, key: &str, value: Value| {
        let mut secrets = sample();
        secrets[secret][key] = value;
        refusal(FILES.as_ref(), &secrets).await
    };

    // Real Dapr would make nonsense of a number.
    assert!(refused("smtp", "port", json!(25)).await.contains("an object of texts"));
    assert!(refused("smtp", "port", json!("many")).await.contains("`many` is no port"));
    assert!(refused("smtp", "host", json!("")).await.contains("the component email has no host"));
    assert!(refused("smtp", "user", json!("somebody")).await.contains("both of user and password"));
    assert!(refused("postgres", "connectionString", json!("")).await.contains("has no connectionString"));
    assert!(refused("postgres", "connectionString", json!("what?")).await.contains("cannot be read"));
}

#[tokio::test]
async fn it_does_not_start_with_components_that_real_dapr_would_take_otherwise() {
    for (name, from, to, why) in [
        ("components/state.yaml", "version: v2", "version: v1", "must be of version v2"),
        ("components/state.yaml", "state.postgresql", "state.redis", "does not know"),
        ("components/state.yaml", "auth:\n  secretStore: secrets", "", "no auth.secretStore"),
        (
            "components/state.yaml",
            "secretStore: secrets",
            "secretStore: elsewhere",
            "there is no secret store elsewhere",
        ),
        ("components/configuration.yaml", "value: configuration", "value: Configuration; drop", "no name of a table"),
        ("components/configuration.yaml", "- name: table", "- name: tabel", "means nothing to this sidecar"),
        ("components/secrets.yaml", "value: \"true\"", "value: \"false\"", "must be multiValued"),
        ("components/secrets.yaml", "secrets.json", "elsewhere.json", "cannot read the secrets"),
        ("components/email.yaml", "- tasks", "- task", "email is for task, which dapr.yaml does not list"),
        ("components/send-mail.yaml", "scopes:\n  - notifications", "", "send-mail must have one scope"),
        ("subscriptions/recurrence.yaml", "  - recurrence", "  - audit", "audit takes task-events already"),
        ("subscriptions/recurrence.yaml", "pubsubname: pubsub", "pubsubname: kafka", "takes events of kafka"),
        ("subscriptions/recurrence.yaml", "default:", "rules: []\n    default:", "and no rules"),
        ("topics.yaml", "name: recurrence-dead-letters", "name: letters", "which topics.yaml does not declare"),
        ("resiliency.yaml", "email:", "mail:", "a target mail, which is no output binding"),
        ("resiliency.yaml", "timeout: mail", "timeout: mail\n          retry: publish", "the target email"),
    ] {
        let (_folder, files) = changed(name, from, to);
        let refused = refusal(&files, &sample()).await;
        assert!(refused.contains(why), "{refused}");
    }
}
