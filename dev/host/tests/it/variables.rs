use std::collections::BTreeMap;

use host::App as Manifest;
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_component_reads_its_own_variables_with_templates_filled_in() {
    let app = App::start().await;
    assert_eq!(app.get("/variable?greeting").await.json(), json!({ "value": "hello by default!" }));
    assert_eq!(
        app.get("/variable?both").await.json(),
        json!({ "value": "hello by default and not for you" })
    );
    app.stop().await;
}

#[tokio::test]
async fn a_given_value_overrides_the_default() {
    let app = App::with(&[("greeting", "good evening")]).await;
    assert_eq!(app.get("/variable?greeting").await.json(), json!({ "value": "good evening!" }));
    app.stop().await;
}

#[tokio::test]
async fn a_variable_that_the_component_does_not_list_is_undefined() {
    let app = App::start().await;
    for (name, error) in [
        ("secret", r#"Error::Undefined("no variable for \"every\".\"secret\"")"#),
        ("nothing", r#"Error::Undefined("no variable for \"every\".\"nothing\"")"#),
    ] {
        assert_eq!(app.get(&format!("/variable?{name}")).await.json(), json!({ "error": error }));
    }
    assert_eq!(
        app.get("/variable?NotAName").await.json(),
        json!({ "error": "Error::InvalidName(\"\\\"NotAName\\\": invalid character 'N'. Variable names may contain \
                          only lower-case letters, numbers, and underscores.\")" })
    );
    app.stop().await;
}

#[test]
fn the_error_names_a_required_variable_without_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("spin.toml");
    let text = r#"
        spin_manifest_version = 2
        application.name = "a"
        variables.password = { required = true }
        [trigger]
        http = []
    "#;
    std::fs::write(&manifest, text).unwrap();
    let error = format!("{:#}", Manifest::load(&manifest, &BTreeMap::new()).err().unwrap());
    assert!(error.contains("\"password\"") && error.contains("SPIN_VARIABLE_PASSWORD"), "{error}");
}
