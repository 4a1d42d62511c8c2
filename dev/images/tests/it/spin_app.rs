use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::reader::{Read, layout};

pub const APP: &str = r#"
spin_manifest_version = 2
[application]
name = "sample"
version = "1.2.3"
description = "A sample"
authors = ["Ada", "Ben"]

[variables]
host = { default = "127.0.0.1" }
# A comment.
password = { required = true, secret = true }

[[trigger.http]]
route = "/api/..."
component = "one"

[[trigger.http]]
route = "/internal/one"
component = "one"

[[trigger.http]]
route = "/internal/more"
component = "one"

[[trigger.http]]
route = { private = true }
component = "two"

[component.one]
source = "one.wasm"
allowed_outbound_hosts = ["postgres://{{ host }}:5432"]
[component.one.variables]
url = "postgres://{{ password }}@{{ host }}"
[component.one.build]
command = "make one"

[component.two]
source = "two.wasm"
"#;

pub fn write(app: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("spin.toml"), app).unwrap();
    std::fs::write(folder.path().join("one.wasm"), b"\0asm one").unwrap();
    std::fs::write(folder.path().join("two.wasm"), b"\0asm two").unwrap();
    folder
}

fn read(app: &str) -> Read {
    let folder = write(app);
    let manifest = folder.path().join("spin.toml");
    layout(|layout| drop(images::add_spin_app(layout, "app", &manifest).unwrap()))
}

fn error(app: &str) -> String {
    let folder = write(app);
    let other = TempDir::new().unwrap();
    let mut layout = images::Layout::create(other.path()).unwrap();
    let error = images::add_spin_app(&mut layout, "app", &folder.path().join("spin.toml")).unwrap_err();
    format!("{error:#}").replace(&folder.path().display().to_string(), "FOLDER")
}

/// The locked app, which is the last layer.
fn locked_app(read: &Read) -> Value {
    read.json(read.manifest("app")["layers"].as_array().unwrap().last().unwrap())
}

#[test]
fn an_app_is_a_layer_for_each_component_and_one_for_itself() {
    let read = read(APP);
    let manifest = read.manifest("app");

    let layers: Vec<_> = manifest["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| (layer["mediaType"].as_str().unwrap().to_owned(), read.content(layer)))
        .collect();
    assert_eq!(layers[0], ("application/vnd.wasm.content.layer.v1+wasm".into(), b"\0asm one".to_vec()));
    assert_eq!(layers[1], ("application/vnd.wasm.content.layer.v1+wasm".into(), b"\0asm two".to_vec()));
    assert_eq!(layers[2].0, "application/vnd.fermyon.spin.application.v1+config");
    assert_eq!(layers.len(), 3);
    assert_eq!(
        read.json(&manifest["config"]),
        json!({
            "architecture": "wasm",
            "os": "wasip1",
            "config": {
                "Labels": { "com.fermyon.spin.lockedAppDigest": manifest["layers"][2]["digest"] },
            },
            "rootfs": { "type": "layers", "diff_ids": [] },
        })
    );
    assert_eq!(
        manifest["annotations"],
        json!({
            "org.opencontainers.image.authors": "Ada, Ben",
            "org.opencontainers.image.description": "A sample",
            "org.opencontainers.image.title": "sample",
            "org.opencontainers.image.version": "1.2.3",
        })
    );
}

#[test]
fn the_locked_app_refers_to_components_by_their_digests() {
    let read = read(APP);
    let layers = read.manifest("app")["layers"].clone();

    let trigger = |id: &str, route: Value, component: &str| {
        json!({
            "id": id, "trigger_type": "http", "trigger_config": { "route": route, "component": component },
        })
    };
    assert_eq!(
        locked_app(&read),
        json!({
            "spin_lock_version": 0,
            "metadata": {
                "name": "sample",
                "version": "1.2.3",
                "description": "A sample",
                "authors": ["Ada", "Ben"],
                "trigger": { "type": "http" },
                "triggers": {},
            },
            "variables": { "host": { "default": "127.0.0.1" }, "password": { "secret": true } },
            "triggers": [
                trigger("one-http-trigger", json!("/api/..."), "one"),
                trigger("http-trigger1", json!("/internal/one"), "one"),
                trigger("http-trigger2", json!("/internal/more"), "one"),
                trigger("two-http-trigger", json!({ "private": true }), "two"),
            ],
            "components": [
                {
                    "id": "one",
                    "metadata": {
                        "allowed_outbound_hosts": ["postgres://{{ host }}:5432"],
                        "build": { "command": "make one" },
                    },
                    "source": { "content_type": "application/wasm", "digest": layers[0]["digest"] },
                    "config": { "url": "postgres://{{ password }}@{{ host }}" },
                },
                {
                    "id": "two",
                    "metadata": {},
                    "source": { "content_type": "application/wasm", "digest": layers[1]["digest"] },
                },
            ],
        })
    );
}

#[test]
fn an_app_whose_components_call_each_other_requires_that_of_its_host() {
    let app = APP.replace("postgres://{{ host }}:5432", "http://two.spin.internal");

    let locked = locked_app(&read(&app));

    assert_eq!(locked["spin_lock_version"], 1);
    assert_eq!(locked["must_understand"], json!(["component_host_requirements"]));
    assert_eq!(locked["components"][0]["host_requirements"], json!({ "local_service_chaining": "required" }));
    assert!(locked["components"][1].get("host_requirements").is_none());
}

#[test]
fn the_app_of_the_project_can_be_laid_out() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(project.join("spin.toml")).unwrap();
    let mut count = 0;
    let sources: String = text
        .lines()
        .map(|line| match line.starts_with("source = ") {
            true => {
                count += 1;
                "source = \"one.wasm\"\n".to_owned()
            }
            false => format!("{line}\n"),
        })
        .collect();

    let locked = locked_app(&read(&sources));

    assert_eq!(locked["components"].as_array().unwrap().len(), count);
    assert_eq!(locked["variables"]["db_host"], json!({ "default": "127.0.0.1" }));
}

#[test]
fn what_would_be_left_out_is_an_error() {
    let error_of = |from: &str, to: &str| {
        assert!(APP.contains(from));
        error(&APP.replace(from, to))
    };

    assert_eq!(
        error_of("source = \"two.wasm\"", "source = \"two.wasm\"\nfiles = [\"static\"]"),
        "component two: it has `files`, which is not supported here"
    );
    assert_eq!(
        error_of("source = \"two.wasm\"", "source = \"three.wasm\""),
        "cannot read FOLDER/three.wasm: build the functions first: No such file or directory (os error 2)"
    );
    assert_eq!(
        error_of("route = \"/api/...\"", "id = \"x\"\nroute = \"/api/...\""),
        "a trigger has an id, which is not supported here"
    );
}
