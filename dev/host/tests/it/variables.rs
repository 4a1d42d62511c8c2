use std::collections::BTreeMap;

use host::App as Manifest;
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_component_sees_its_own_settings_with_their_templates_filled() {
    let app = App::start().await;
    assert_eq!(app.get("/setting?greeting").await.json(), json!({ "value": "hello by default!" }));
    assert_eq!(app.get("/setting?both").await.json(), json!({ "value": "hello by default and not for you" }));
    app.stop().await;
}

#[tokio::test]
async fn a_value_from_outside_beats_the_default() {
    let app = App::with(&[("greeting", "good evening")]).await;
    assert_eq!(app.get("/setting?greeting").await.json(), json!({ "value": "good evening!" }));
    app.stop().await;
}

#[tokio::test]
async fn what_a_component_does_not_list_is_undefined() {
    let app = App::start().await;
    for (name, error) in [
        ("secret", r#"Error::Undefined("no variable for \"every\".\"secret\"")"#),
        ("nothing", r#"Error::Undefined("no variable for \"every\".\"nothing\"")"#),
    ] {
        assert_eq!(app.get(&format!("/setting?{name}")).await.json(), json!({ "error": error }));
    }
    assert_eq!(
        app.get("/setting?NotAName").await.json(),
        json!({ "error": r#"Error::InvalidName("\"NotAName\": invalid character 'N'. Variable names may contain only lower-case letters, numbers, and underscores.")"# })
    );
    app.stop().await;
}

#[test]
fn a_required_variable_without_a_value_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("spin.toml");
    let text = "spin_manifest_version = 2\napplication.name = \"a\"\nvariables.password = { required = true }\n[trigger]\nhttp = []\n";
    std::fs::write(&manifest, text).unwrap();
    let error = format!("{:#}", Manifest::load(&manifest, &BTreeMap::new()).err().unwrap());
    assert!(error.contains("\"password\"") && error.contains("SPIN_VARIABLE_PASSWORD"), "{error}");
}
