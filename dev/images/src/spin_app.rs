//! A Spin app as an OCI artefact, laid out as `spin registry push` of Spin 3.6 does: a layer for each
//! component, and one for the app as locked JSON. SpinKube's shim and `spin up --from` run it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use crate::layout::{Descriptor, Layout};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const WASM: &str = "application/vnd.wasm.content.layer.v1+wasm";
const LOCKED_APP: &str = "application/vnd.fermyon.spin.application.v1+config";
/// Keys of a component that are understood here.
const COMPONENT_KEYS: [&str; 5] = ["source", "description", "allowed_outbound_hosts", "variables", "build"];

/// Adds the app of a `spin.toml` to a layout, with its components as they were built.
pub fn add_spin_app(layout: &mut Layout, name: &str, manifest: &Path) -> Result<Descriptor> {
    let app = read(manifest)?;
    let mut layers = Vec::new();
    let mut components = Vec::new();
    for (id, component) in object(&app, "component")? {
        let wasm = read_source(manifest, source(id, component)?)?;
        let layer = layout.add(WASM, &wasm)?;
        components.push(lock_component(id, component, &layer).with_context(|| format!("component {id}"))?);
        layers.push(layer);
    }
    let locked = lock_app(&app, components)?;
    let locked = layout.add(LOCKED_APP, locked.to_string().as_bytes())?;
    // Without the label, all apps would have the same config, which engines take for the same image.
    let config = json!({
        "architecture": "wasm",
        "os": "wasip1",
        "config": { "Labels": { "com.fermyon.spin.lockedAppDigest": locked.digest } },
        "rootfs": { "type": "layers", "diff_ids": [] },
    });
    let config = layout.add(CONFIG, config.to_string().as_bytes())?;
    layers.push(locked);
    let application = &app["application"];
    let authors: Vec<&str> = array(application, "authors").filter_map(Value::as_str).collect();
    let manifest = json!({
        "config": config,
        "layers": layers,
        "annotations": {
            "org.opencontainers.image.authors": authors.join(", "),
            "org.opencontainers.image.description": application["description"],
            "org.opencontainers.image.title": application["name"],
            "org.opencontainers.image.version": application["version"],
        },
    });
    layout.add_manifest(Some(name), manifest)
}

/// Returns the files of a `spin.toml`: itself and its components, with their paths relative to it.
pub fn files(manifest: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let app = read(manifest)?;
    let text = std::fs::read(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut files = vec![("spin.toml".to_owned(), text)];
    for (id, component) in object(&app, "component")? {
        let source = source(id, component)?;
        files.push((source.to_owned(), read_source(manifest, source)?));
    }
    Ok(files)
}

fn read(manifest: &Path) -> Result<Value> {
    let text =
        std::fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is invalid", manifest.display()))
}

fn source<'a>(id: &str, component: &'a Value) -> Result<&'a str> {
    text_of(component, "source").with_context(|| format!("component {id}"))
}

fn read_source(manifest: &Path, source: &str) -> Result<Vec<u8>> {
    let path = manifest.with_file_name(source);
    std::fs::read(&path).with_context(|| format!("cannot read {}: build the functions first", path.display()))
}

fn lock_app(app: &Value, components: Vec<Value>) -> Result<Value> {
    let application = &app["application"];
    let mut metadata = pick(application, &["name", "version", "description", "authors"]);
    metadata.insert("trigger".into(), json!({ "type": "http" }));
    metadata.insert("triggers".into(), json!({}));
    let variables = object(app, "variables")?.iter().map(|(name, variable)| {
        // `required` follows from the lack of a default.
        (name.clone(), Value::Object(pick(variable, &["description", "default", "secret"])))
    });
    let variables: Map<String, Value> = variables.collect();
    let is_chained = components.iter().any(|component| component.get("host_requirements").is_some());
    let mut locked = json!({ "spin_lock_version": u8::from(is_chained) });
    if is_chained {
        locked["must_understand"] = json!(["component_host_requirements"]);
    }
    locked["metadata"] = metadata.into();
    locked["variables"] = variables.into();
    locked["triggers"] = lock_triggers(&app["trigger"])?;
    locked["components"] = components.into();
    Ok(locked)
}

/// A trigger without an id is named by its component; further ones of the same component are numbered.
fn lock_triggers(triggers: &Value) -> Result<Value> {
    let mut names: Vec<String> = Vec::new();
    let mut locked = Vec::new();
    for trigger in array(triggers, "http") {
        ensure!(trigger.get("id").is_none(), "a trigger has an id, which is not supported here");
        let mut name = format!("{}-http-trigger", text_of(trigger, "component")?);
        let mut number = 1;
        while names.contains(&name) {
            name = format!("http-trigger{number}");
            number += 1;
        }
        locked.push(json!({ "id": name, "trigger_type": "http", "trigger_config": trigger }));
        names.push(name);
    }
    ensure!(!locked.is_empty(), "the app has no HTTP trigger");
    Ok(locked.into())
}

fn lock_component(id: &str, component: &Value, layer: &Descriptor) -> Result<Value> {
    let keys = component.as_object().context("it is no table")?.keys();
    for key in keys {
        ensure!(COMPONENT_KEYS.contains(&key.as_str()), "it has `{key}`, which is not supported here");
    }
    let mut locked = json!({
        "id": id,
        "metadata": pick(component, &["description", "allowed_outbound_hosts", "build"]),
        "source": { "content_type": "application/wasm", "digest": layer.digest },
    });
    if let Some(variables) = component.get("variables") {
        locked["config"] = variables.clone();
    }
    // A host that cannot call one component from another must refuse the app.
    let is_chained = array(component, "allowed_outbound_hosts")
        .any(|host| host.as_str().is_some_and(|host| host.contains(".spin.internal")));
    if is_chained {
        locked["host_requirements"] = json!({ "local_service_chaining": "required" });
    }
    Ok(locked)
}

/// Returns those of the fields that there are.
fn pick(table: &Value, keys: &[&str]) -> Map<String, Value> {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), table.get(key)?.clone()))).collect()
}

fn object<'a>(table: &'a Value, key: &str) -> Result<&'a Map<String, Value>> {
    table.get(key).and_then(Value::as_object).with_context(|| format!("there is no [{key}]"))
}

fn array<'a>(table: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    table.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text_of<'a>(table: &'a Value, key: &str) -> Result<&'a str> {
    table.get(key).and_then(Value::as_str).with_context(|| format!("`{key}` is missing, or no text"))
}
