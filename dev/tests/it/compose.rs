//! `compose.yaml`, beside the files that it refers to and the names that others have given.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sidecar::{read_app_ids, read_topics};

use crate::command::folder;

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(project().join(name)).unwrap()
}

/// The file, with the defaults of its variables.
fn compose() -> Value {
    let text = read("compose.yaml").replace("${TASKFLOW_SECRET:-sample-secret-for-this-machine}", "sample");
    serde_saphyr::from_str(&text).unwrap()
}

fn services(compose: &Value) -> impl Iterator<Item = (&String, &Value)> {
    compose["services"].as_object().unwrap().iter()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().map(|item| item.as_str().unwrap()).collect()
}

/// Values of a daprd's flag. All sidecars have the entrypoint, and each its own command.
fn flags<'a>(sidecar: &'a Value, name: &str) -> Vec<&'a str> {
    let arguments = [texts(&sidecar["entrypoint"]), texts(&sidecar["command"])].concat();
    let prefix = format!("--{name}=");
    arguments.into_iter().filter_map(|argument| argument.strip_prefix(prefix.as_str())).collect()
}

fn sidecars(compose: &Value) -> BTreeMap<&str, &Value> {
    let is_sidecar = |service: &Value| texts(&service["entrypoint"]).first() == Some(&"/daprd");
    services(compose)
        .filter(|(_, service)| is_sidecar(service))
        .map(|(_, service)| (flags(service, "app-id")[0], service))
        .collect()
}

#[test]
fn each_app_id_has_a_sidecar_in_front_of_the_host() {
    let compose = compose();
    let sidecars = sidecars(&compose);

    let ids: BTreeSet<_> = read_app_ids(&project().join("dapr")).unwrap().into_iter().collect();
    assert_eq!(sidecars.keys().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), ids);
    for (id, sidecar) in sidecars {
        assert_eq!(flags(sidecar, "app-channel-address"), ["taskflow"], "{id}");
        assert!(
            read("Dockerfile").contains(&format!("\nEXPOSE {}\n", flags(sidecar, "app-port")[0])),
            "{id}"
        );
        let environment = &sidecar["environment"];
        assert!(environment["APP_API_TOKEN"].is_string() && environment["DAPR_API_TOKEN"].is_string());
    }
}

#[test]
fn sidecars_read_the_folders_that_dapr_yaml_names() {
    let compose = compose();
    let dapr: Value = serde_saphyr::from_str(&read("dapr/dapr.yaml")).unwrap();
    let common = &dapr["common"];
    // Paths there are relative to the file, which is in the folder that is mounted.
    let mounted = |path: &str| Path::new("/dapr").join(path).components().collect::<PathBuf>();

    for (id, sidecar) in sidecars(&compose) {
        let paths = |name: &str| flags(sidecar, name).into_iter().map(PathBuf::from).collect::<Vec<_>>();
        let named: Vec<_> = texts(&common["resourcesPaths"]).into_iter().map(mounted).collect();
        assert_eq!(paths("resources-path"), named, "{id}");
        assert_eq!(paths("config"), [mounted(common["configFilePath"].as_str().unwrap())], "{id}");
        assert_eq!(texts(&sidecar["volumes"]), ["./dapr:/dapr:ro"], "{id}");
    }
}

#[test]
fn functions_find_the_other_containers() {
    let compose = compose();
    let host = &compose["services"]["taskflow"]["environment"];
    let manifest = read("spin.toml");
    for (name, _) in host.as_object().unwrap() {
        let variable = name.strip_prefix("SPIN_VARIABLE_").unwrap().to_lowercase();
        assert!(manifest.contains(&format!("\n{variable} = {{")), "spin.toml has no {variable}");
    }

    let is_service = |name: &str| !compose["services"][name].is_null();
    let text = |variable: &str| host[&format!("SPIN_VARIABLE_{variable}")].as_str().unwrap();
    assert!(is_service(text("DB_HOST")) && is_service(text("DAPR_HOST")));
    // Functions call the sidecar of the first app id.
    let called = &compose["services"][text("DAPR_HOST")];
    assert_eq!(flags(called, "app-id")[0], read_app_ids(&project().join("dapr")).unwrap()[0]);
    assert_eq!(flags(called, "dapr-http-port"), [text("DAPR_PORT")]);
    assert_eq!(flags(called, "dapr-listen-addresses"), ["0.0.0.0"]);
    assert_eq!(text("DAPR_API_TOKEN"), called["environment"]["DAPR_API_TOKEN"]);
    assert_eq!(text("APP_API_TOKEN"), called["environment"]["APP_API_TOKEN"]);

    let pushpin = compose["configs"]["pushpin"]["content"].as_str().unwrap();
    let publish = "http://pushpin:5561";
    assert!(is_service("pushpin") && pushpin.contains("push_in_http_addr=0.0.0.0\npush_in_http_port=5561\n"));
    assert_eq!((text("GRIP_PUBLISH"), text("GRIP_HOST")), (publish, publish));
    assert!(pushpin.contains(&format!("sig_key={}\n", text("GRIP_KEY"))));
    assert!(
        manifest.contains("grip_issuer = { default = \"pushpin\" }") && pushpin.contains("sig_iss=pushpin\n")
    );
    assert_eq!(compose["configs"]["routes"]["content"], "* taskflow:3000\n");
    assert!(pushpin.contains("http_port=7999\n"));
    assert_eq!(texts(&compose["services"]["pushpin"]["ports"]), ["127.0.0.1:3000:7999"]);
    assert_eq!(text("PUBLIC_URL"), "http://127.0.0.1:3000");
    // One proxy is trusted, so what clients claim must end there.
    assert_eq!(text("TRUSTED_PROXY"), "1");
    assert!(pushpin.contains("\nx_forwarded_for=truncate:0,append\n"));
}

/// Pairs of a secret and a key in it that the components of a folder refer to.
fn references(folder: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(project().join("dapr").join(folder)).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let component: Value = serde_saphyr::from_str(&text).unwrap();
        for item in component["spec"]["metadata"].as_array().unwrap() {
            if let Some(reference) = item.get("secretKeyRef") {
                let text = |key: &str| reference[key].as_str().unwrap().to_owned();
                found.insert((text("name"), text("key")));
            }
        }
    }
    found
}

#[test]
fn the_secrets_of_all_components_are_there() {
    let compose = compose();
    let secrets: Value =
        serde_json::from_str(compose["configs"]["secrets"]["content"].as_str().unwrap()).unwrap();
    let referenced: Vec<_> =
        ["components", "brokers/kafka"].iter().flat_map(|folder| references(folder)).collect();

    assert!(referenced.len() >= 9, "{referenced:?}");
    for (name, key) in referenced {
        assert!(secrets[&name][&key].is_string(), "{key} of {name}");
    }
    let is_service = |name: &str| !compose["services"][name].is_null();
    assert_eq!(secrets["kafka"]["brokers"], "kafka:9092");
    assert!(is_service("kafka") && is_service(secrets["smtp"]["host"].as_str().unwrap()));
    assert!(secrets["postgres"]["connectionString"].as_str().unwrap().starts_with("host=postgres "));
}

#[test]
fn the_topics_are_those_of_topics_yaml() {
    let compose = compose();
    let folder = folder("compose-topics");
    let program = folder.join("kafka-topics.sh");
    std::fs::write(&program, "echo \"$@\"\n").unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let service = &compose["services"]["topics"];
    // Two dollars stand for one, which Compose does not replace.
    let script = texts(&service["command"])[0].replace("$$", "$");

    let [shell, options] = texts(&service["entrypoint"])[..] else { panic!("{service}") };
    let output = Command::new(shell)
        .args([options, &script])
        .env("KAFKA", &folder)
        .env("TOPICS", project().join("dapr/topics.yaml"))
        .output()
        .unwrap();

    assert!(output.status.success(), "{output:?}");
    let created = String::from_utf8(output.stdout).unwrap();
    let expected: Vec<_> = read_topics(&project().join("dapr"))
        .unwrap()
        .into_iter()
        .map(|topic| {
            format!(
                "--bootstrap-server kafka:9092 --create --if-not-exists --topic {} --partitions {} \
                 --config retention.ms={}",
                topic.name,
                topic.partitions,
                topic.retention.as_millis()
            )
        })
        .collect();
    assert_eq!(created.lines().collect::<Vec<_>>(), expected);
    let kafka = &compose["services"]["kafka"]["environment"];
    assert_eq!(kafka["KAFKA_ADVERTISED_LISTENERS"], "BROKER://kafka:9092");
}

#[test]
fn all_that_it_refers_to_exists() {
    let compose = compose();
    // A volume has no properties.
    let known = |kind: &str, name: &str| compose[kind].get(name).is_some();
    for (name, service) in services(&compose) {
        for volume in texts(&service["volumes"]) {
            let source = volume.split(':').next().unwrap();
            let exists = if source.starts_with('.') {
                project().join(source).exists()
            } else {
                known("volumes", source)
            };
            assert!(exists, "{name}: {volume}");
        }
        for config in service["configs"].as_array().into_iter().flatten() {
            assert!(known("configs", config["source"].as_str().unwrap()), "{name}: {config}");
        }
        let needed: Vec<&str> = match &service["depends_on"] {
            Value::Object(needed) => needed.keys().map(String::as_str).collect(),
            list => texts(list),
        };
        needed.iter().for_each(|other| assert!(known("services", other), "{name} needs {other}"));
        if let Some(stage) = service["build"]["target"].as_str() {
            assert!(read("Dockerfile").contains(&format!("FROM scratch AS {stage}\n")), "{name}");
        } else {
            let (_, tag) = service["image"].as_str().unwrap().split_once(':').unwrap();
            assert!(tag.contains('.'), "{name} has the version {tag}, which moves");
        }
        for port in texts(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:"), "{name} can be reached by others: {port}");
        }
    }
}
