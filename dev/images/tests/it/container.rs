use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use images::{About, Descriptor, Layout};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::reader::{self, digest, layout};
use crate::spin_app::APP;

pub const ABOUT: About = About { title: "sample", description: "A sample", version: "1.2.3" };
const CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";

/// Unpacks the layer of an image: contents and modes by their paths.
fn unpack(read: &reader::Read, name: &str) -> BTreeMap<String, (u32, Vec<u8>)> {
    let manifest = read.manifest(name);
    let mut tar = Vec::new();
    GzDecoder::new(&read.content(&manifest["layers"][0])[..]).read_to_end(&mut tar).unwrap();
    let diff_id: String = Sha256::digest(&tar).iter().map(|byte| format!("{byte:02x}")).collect();
    let root = &read.json(&manifest["config"])["rootfs"];
    assert_eq!(*root, json!({ "type": "layers", "diff_ids": [format!("sha256:{diff_id}")] }));
    let mut archive = tar::Archive::new(&tar[..]);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, 0));
        let (path, mode) = (entry.path().unwrap().display().to_string(), header.mode().unwrap());
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (path, (mode, content))
    });
    entries.collect()
}

fn add_taskflow(layout: &mut Layout, program: &[u8]) -> Descriptor {
    images::taskflow(ABOUT, "amd64", program.to_owned()).add_to(layout, "sample").unwrap()
}

#[test]
fn an_image_has_the_files_of_its_program_and_nothing_else() {
    let read = layout(|layout| drop(add_taskflow(layout, b"a program")));

    let files = unpack(&read, "sample");
    let paths: Vec<_> = files.iter().map(|(path, (mode, _))| (path.as_str(), *mode)).collect();
    assert_eq!(
        paths,
        [
            ("etc/", 0o755),
            ("etc/ssl/", 0o755),
            ("etc/ssl/certs/", 0o755),
            (CERTIFICATES, 0o644),
            ("taskflow", 0o755),
        ]
    );
    assert_eq!(files["taskflow"].1, b"a program");
}

#[test]
fn a_container_is_not_root_and_runs_its_program() {
    let read = layout(|layout| drop(add_taskflow(layout, b"a program")));

    let manifest = read.manifest("sample");
    let config = read.json(&manifest["config"]);
    assert_eq!((&config["architecture"], &config["os"]), (&json!("amd64"), &json!("linux")));
    assert_eq!(
        config["config"],
        json!({ "User": "65532:65532", "Entrypoint": ["/taskflow"], "WorkingDir": "/" })
    );
    assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "1.2.3");
}

#[test]
fn the_host_has_its_app_and_knows_it_by_its_digest() {
    let folder = crate::spin_app::write(APP);
    let manifest = folder.path().join("spin.toml");
    let mut app = None;
    let read = layout(|layout| {
        let artefact = images::add_spin_app(layout, "app", &manifest).unwrap();
        let host = images::host(ABOUT, "amd64", b"a host".to_vec(), &manifest, &artefact).unwrap();
        host.add_to(layout, "host").unwrap();
        app = Some(artefact);
    });

    let files = unpack(&read, "host");
    assert_eq!(files["taskflow-host"], (0o755, b"a host".to_vec()));
    assert_eq!(files["app/spin.toml"].1, APP.as_bytes());
    assert_eq!(files["app/one.wasm"].1, b"\0asm one");
    assert_eq!(files["app/two.wasm"].1, b"\0asm two");
    assert_eq!(files["app/app.digest"].1, app.unwrap().digest.as_bytes());
    assert!(files.contains_key(CERTIFICATES));
    let config = read.json(&read.manifest("host")["config"]);
    assert_eq!(config["config"]["Cmd"], json!(["up", "--listen", "0.0.0.0:3000"]));
}

#[test]
fn the_digest_of_an_image_depends_on_its_content_only() {
    let of = |program: &[u8]| digest(|layout| add_taskflow(layout, program));

    assert_eq!(of(b"a program"), of(b"a program"));
    assert_ne!(of(b"a program"), of(b"another one"));
}

#[test]
fn the_trusted_authorities_are_those_of_mozilla() {
    let read = layout(|layout| drop(add_taskflow(layout, b"a program")));
    let text = String::from_utf8(unpack(&read, "sample")[CERTIFICATES].1.clone()).unwrap();

    let count = pem::parse_many(&text).unwrap().len();

    assert_eq!(count, webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
    assert!(count > 100, "{count}");
}
