//! Bills of materials: the crates in a program, in the format CycloneDX.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::About;
use crate::layout::{Descriptor, Layout};

const CYCLONEDX: &str = "application/vnd.cyclonedx+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// A crate in a program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Name in the registry.
    pub name: String,
    /// Version.
    pub version: String,
    /// SPDX expression, if the crate states one.
    pub license: Option<String>,
    /// SHA-256 of the crate's archive. `None` for a crate of this project.
    pub checksum: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Reads what `cargo tree --prefix none --format '{p}|{l}'` has printed, with the checksums of `Cargo.lock`.
pub fn read_packages(tree: &str, lock: &str) -> Result<BTreeSet<Package>> {
    let Lock { package: locked } = toml::from_str(lock).context("Cargo.lock is invalid")?;
    let read = |line: &str| {
        let (package, license) = line.split_once('|')?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        // A crate that was listed before is marked behind its license.
        let license = license.trim_end_matches(" (*)");
        // Some crates separate licenses in the manner of old.
        let license = license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ");
        let locked = locked.iter().find(|locked| locked.name == name && locked.version == version)?;
        Some(Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: Some(license).filter(|license| !license.is_empty()),
            checksum: locked.checksum.clone(),
        })
    };
    let lines = tree.lines().filter(|line| !line.is_empty());
    lines.map(|line| read(line).with_context(|| format!("cannot read the crate in `{line}`"))).collect()
}

/// Returns the bill of materials of a program. Crates of this project are the program itself.
pub fn sbom<'a>(about: About, packages: impl IntoIterator<Item = &'a Package>) -> Value {
    let components = packages.into_iter().filter_map(|package| {
        let Package { name, version, license, checksum } = package;
        let url = format!("pkg:cargo/{name}@{version}");
        let mut component = json!({
            "type": "library",
            "bom-ref": url,
            "name": name,
            "version": version,
            "purl": url,
            "hashes": [{ "alg": "SHA-256", "content": checksum.as_ref()? }],
        });
        if let Some(license) = license {
            component["licenses"] = json!([{ "expression": license }]);
        }
        Some(component)
    });
    let components: Vec<Value> = components.collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": about.title,
                "name": about.title,
                "version": about.version,
                "description": about.description,
            },
        },
        "components": components,
    })
}

/// Adds a bill of materials to a layout, as a referrer of its image: tools that copy an image with its
/// referrers, and registries that list them, find it.
pub fn attach_sbom(layout: &mut Layout, image: &Descriptor, sbom: &Value) -> Result<()> {
    let manifest = json!({
        "artifactType": CYCLONEDX,
        "config": layout.add(EMPTY, b"{}")?,
        "layers": [layout.add(CYCLONEDX, sbom.to_string().as_bytes())?],
        "subject": image,
    });
    layout.add_manifest(None, manifest).map(drop)
}
