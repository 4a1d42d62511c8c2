//! `Dockerfile` makes the same images, from the same definitions written a second time.

use std::path::Path;

use images::Container;
use serde_json::{Value, json};

use crate::container::ABOUT;
use crate::reader::layout;
use crate::spin_app::{APP, write};

/// Configuration of the container that a stage of `Dockerfile` makes.
fn stage(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Dockerfile");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, stage) = text.split_once(&format!("FROM scratch AS {name}\n")).unwrap();
    let stage = stage.split("\nFROM ").next().unwrap();
    let value = |key: &str| stage.lines().find_map(|line| line.strip_prefix(&format!("{key} ")));
    let mut config = json!({
        "User": value("USER").unwrap(),
        "Entrypoint": serde_json::from_str::<Value>(value("ENTRYPOINT").unwrap()).unwrap(),
        "WorkingDir": value("WORKDIR").unwrap(),
    });
    if let Some(arguments) = value("CMD") {
        config["Cmd"] = serde_json::from_str(arguments).unwrap();
    }
    if let Some(port) = value("EXPOSE") {
        config["ExposedPorts"] = json!({ format!("{port}/tcp"): {} });
    }
    config
}

fn config(container: &Container) -> Value {
    let read = layout(|layout| drop(container.add_to(layout, "one").unwrap()));
    read.json(&read.manifest("one")["config"])["config"].clone()
}

#[test]
fn docker_makes_the_same_images() {
    let folder = write(APP);
    let manifest = folder.path().join("spin.toml");
    let mut artefact = None;
    layout(|layout| artefact = Some(images::add_spin_app(layout, "app", &manifest).unwrap()));
    let host = images::host(ABOUT, "amd64", Vec::new(), &manifest, &artefact.unwrap()).unwrap();

    assert_eq!(stage("taskflow"), config(&images::taskflow(ABOUT, "amd64", Vec::new())));
    assert_eq!(stage("taskflow-host"), config(&host));
}
