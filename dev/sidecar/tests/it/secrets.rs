use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{FILES, NOWHERE, World, secrets, start};

#[tokio::test]
async fn a_secret_is_given_with_all_its_keys() {
    let world = World::new().await;

    assert_eq!(world.get("/v1.0/secrets/secrets/kafka").await.json(), json!({ "authType": "none", "brokers": "" }));
    assert_eq!(
        world.get("/v1.0/secrets/secrets/bulk").await.json()["postgres"],
        json!({ "connectionString": NOWHERE })
    );
}

#[tokio::test]
async fn an_unknown_secret_is_500_and_an_unknown_store_is_401() {
    let world = World::new().await;

    let unknown = world.get("/v1.0/secrets/secrets/nothing").await;
    assert_eq!(unknown.failure(), (500, "ERR_SECRET_GET".into()));
    assert_eq!(
        unknown.json()["message"],
        "failed getting secret with key nothing from secret store secrets: secret nothing not found"
    );
    assert_eq!(world.get("/v1.0/secrets/elsewhere/smtp").await.failure(), (401, "ERR_SECRET_STORE_NOT_FOUND".into()));
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

/// The files of the project, with one of them changed.
fn changed(name: &str, from: &str, to: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    for sub in ["", "components", "subscriptions"] {
        std::fs::create_dir_all(folder.path().join(sub)).unwrap();
        for entry in std::fs::read_dir(Path::new(FILES).join(sub)).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), folder.path().join(sub).join(entry.file_name())).unwrap();
            }
        }
    }
    let path = folder.path().join("components").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(&path, text.replace(from, to)).unwrap();
    let files = folder.path().to_owned();
    (folder, files)
}

#[tokio::test]
async fn it_does_not_start_with_components_that_real_dapr_would_take_otherwise() {
    for (name, from, to, why) in [
        ("state.yaml", "version: v2", "version: v1", "must be of version v2"),
        ("state.yaml", "state.postgresql", "state.redis", "does not know"),
        ("state.yaml", "auth:\n  secretStore: secrets", "", "no auth.secretStore"),
        ("state.yaml", "secretStore: secrets", "secretStore: elsewhere", "there is no secret store elsewhere"),
        ("configuration.yaml", "value: configuration", "value: Configuration; drop", "no name of a table"),
        ("configuration.yaml", "- name: table", "- name: tabel", "means nothing to this sidecar"),
        ("secrets.yaml", "value: \"true\"", "value: \"false\"", "must be multiValued"),
        ("secrets.yaml", "secrets.json", "elsewhere.json", "cannot read the secrets"),
    ] {
        let (_folder, files) = changed(name, from, to);
        let refused = refusal(&files, &sample()).await;
        assert!(refused.contains(why), "{refused}");
    }
}
