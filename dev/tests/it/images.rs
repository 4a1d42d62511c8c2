//! `cargo dev images`, with Debian's registry.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::command::{folder, run, stdout, until};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A registry on this machine.
struct Registry {
    process: Child,
    /// Address, by the name for which tools do without TLS.
    address: String,
}

impl Registry {
    /// Starts a registry with its files in a folder. `None` if none is installed.
    fn start(folder: &Path) -> Option<Self> {
        let [port] = full::free_ports().unwrap();
        let configuration = format!(
            "version: 0.1\nlog: {{ level: error }}\nhttp: {{ addr: \"127.0.0.1:{port}\" }}\n\
             storage: {{ filesystem: {{ rootdirectory: \"{}\" }} }}\n",
            folder.display()
        );
        let file = folder.join("registry.yaml");
        std::fs::write(&file, configuration).unwrap();
        let mut command = Command::new("docker-registry");
        let process =
            command.arg("serve").arg(file).stderr(Stdio::null()).stdout(Stdio::null()).spawn().ok()?;
        let address = format!("localhost:{port}");
        until("the registry answers", || TcpStream::connect(&address).is_ok());
        Some(Self { process, address })
    }

    /// Returns the body of a response, which must be a success.
    fn get(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET /v2/{path} HTTP/1.0\r\naccept: {MANIFEST}, {INDEX}, */*\r\n\r\n").unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        let end = response.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        assert!(response.starts_with(b"HTTP/1.0 200 "), "{path}: {}", String::from_utf8_lossy(&response));
        response.split_off(end + 4)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn images() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_dev")).ancestors().nth(2).unwrap().join("images")
}

/// Content in the layout that was pushed.
fn blob(digest: &str) -> Vec<u8> {
    let name = digest.strip_prefix("sha256:").unwrap();
    std::fs::read(images().join("layout/blobs/sha256").join(name)).unwrap()
}

#[test]
fn an_image_in_a_registry_is_found_by_its_digest_with_the_same_bytes() {
    let Some(registry) = Registry::start(&folder("registry")) else {
        eprintln!("skipped: `docker-registry` is not installed");
        return;
    };

    let output = run(&["images", "app", "--push", &format!("{}/team", registry.address), "--tag", "test"]);
    let (name, digest) = stdout(&output).split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();

    assert_eq!(name, "taskflow-app");
    let manifest = registry.get(&format!("team/{name}/manifests/{digest}"));
    assert_eq!(manifest, blob(&digest));
    assert_eq!(manifest, registry.get(&format!("team/{name}/manifests/test")));
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    // One for each function, and one for the app.
    assert!(layers.len() > 10, "{manifest}");
    for content in layers.iter().chain([&manifest["config"]]) {
        let digest = content["digest"].as_str().unwrap();
        assert!(registry.get(&format!("team/{name}/blobs/{digest}")) == blob(digest), "{content}");
    }

    // A registry without the list of referrers has it as an image, by a tag.
    let referrers = registry.get(&format!("team/{name}/manifests/{}", digest.replace(':', "-")));
    let referrers: Value = serde_json::from_slice(&referrers).unwrap();
    assert_eq!(referrers["manifests"][0]["artifactType"], "application/vnd.cyclonedx+json");
    let bill: Value =
        serde_json::from_slice(&std::fs::read(images().join("taskflow-app.cdx.json")).unwrap()).unwrap();
    let crates: Vec<_> = bill["components"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert!(crates.contains(&&Value::from("spin-sdk")), "{crates:?}");
    assert!(!crates.contains(&&Value::from("wasmtime")), "it is the host's");
}
