use images::{About, Package, attach_sbom, read_packages, sbom};
use serde_json::json;

use crate::reader::layout;

const ABOUT: About = About { title: "sample", description: "A sample", version: "0.1.0" };

/// Output of `cargo tree` for a program with a crate of its own, and three of others.
const TREE: &str = "\
sample v0.1.0 (/home/ada/sample)|Apache-2.0
domain v0.1.0 (/home/ada/sample/domain)|Apache-2.0
serde v1.0.228|MIT OR Apache-2.0
domain v0.1.0 (/home/ada/sample/domain)|Apache-2.0 (*)

memchr v2.7.6|Unlicense / MIT
serde v1.0.228|MIT OR Apache-2.0 (*)
ring v0.17.14|
";

const LOCK: &str = r#"
version = 4

[[package]]
name = "domain"
version = "0.1.0"

[[package]]
name = "memchr"
version = "2.7.6"
source = "registry"
checksum = "aa"

[[package]]
name = "ring"
version = "0.17.14"
source = "registry"
checksum = "bb"

[[package]]
name = "sample"
version = "0.1.0"

[[package]]
name = "serde"
version = "1.0.228"
source = "registry"
checksum = "cc"
"#;

#[test]
fn a_bill_of_materials_lists_the_crates_of_others_once() {
    let packages = read_packages(TREE, LOCK).unwrap();

    let bill = sbom(ABOUT, &packages);

    assert_eq!(bill["bomFormat"], "CycloneDX");
    assert_eq!(bill["metadata"]["component"]["name"], "sample");
    let components: Vec<_> = bill["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|component| {
            (&component["purl"], &component["hashes"][0]["content"], &component["licenses"][0]["expression"])
        })
        .collect();
    assert_eq!(
        json!(components),
        json!([
            ["pkg:cargo/memchr@2.7.6", "aa", "Unlicense OR MIT"],
            ["pkg:cargo/ring@0.17.14", "bb", null],
            ["pkg:cargo/serde@1.0.228", "cc", "MIT OR Apache-2.0"],
        ])
    );
}

#[test]
fn a_crate_that_is_not_locked_is_an_error() {
    let error = read_packages("serde v2.0.0|MIT", LOCK).unwrap_err();

    assert_eq!(error.to_string(), "cannot read the crate in `serde v2.0.0|MIT`");
}

#[test]
fn a_bill_of_materials_refers_to_its_image() {
    let none: [&Package; 0] = [];
    let mut image = None;
    let read = layout(|layout| {
        let descriptor = layout.add_manifest(Some("sample"), json!({ "layers": [] })).unwrap();
        attach_sbom(layout, &descriptor, &sbom(ABOUT, none)).unwrap();
        image = Some(descriptor);
    });

    let manifest = read.json(&read.index["manifests"][1]);
    assert_eq!(manifest["subject"], json!(image));
    assert_eq!(manifest["artifactType"], "application/vnd.cyclonedx+json");
    assert_eq!(read.json(&manifest["layers"][0])["components"], json!([]));
    assert_eq!(read.content(&manifest["config"]), b"{}");
}
