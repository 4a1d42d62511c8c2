//! OCI's image layout: a folder with content by its digest, and an index of the images in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Media type of manifests.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Annotation with the name of an image in the index.
const NAME: &str = "org.opencontainers.image.ref.name";

/// A layout that is being written.
pub struct Layout {
    folder: PathBuf,
    manifests: Vec<Value>,
}

/// Reference to content by its digest.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Kind of the content.
    pub media_type: String,
    /// Checksum of the content, as `sha256:…`.
    pub digest: String,
    /// Size of the content in bytes.
    pub size: usize,
}

impl Layout {
    /// Begins a layout in a folder that is new or empty.
    pub fn create(folder: &Path) -> Result<Self> {
        let blobs = folder.join("blobs/sha256");
        std::fs::create_dir_all(&blobs).with_context(|| format!("cannot create {}", blobs.display()))?;
        Ok(Self { folder: folder.to_owned(), manifests: Vec::new() })
    }

    /// Adds content.
    pub fn add(&self, media_type: &str, content: &[u8]) -> Result<Descriptor> {
        let digest = hex_digest(content);
        self.write(&format!("blobs/sha256/{digest}"), content)?;
        Ok(Descriptor {
            media_type: media_type.to_owned(),
            digest: format!("sha256:{digest}"),
            size: content.len(),
        })
    }

    /// Adds the manifest of an image, and lists it. One without a name belongs to another image.
    pub fn add_manifest(&mut self, name: Option<&str>, fields: Value) -> Result<Descriptor> {
        let mut manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST });
        if let (Some(manifest), Value::Object(fields)) = (manifest.as_object_mut(), fields) {
            manifest.extend(fields);
        }
        let descriptor = self.add(MANIFEST, manifest.to_string().as_bytes())?;
        let mut entry = json!(descriptor);
        if let Some(name) = name {
            entry["annotations"] = json!({ NAME: name });
        }
        self.manifests.push(entry);
        Ok(descriptor)
    }

    /// Writes the index, which completes the layout.
    pub fn finish(self) -> Result<()> {
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": self.manifests });
        self.write("index.json", index.to_string().as_bytes())?;
        self.write("oci-layout", json!({ "imageLayoutVersion": "1.0.0" }).to_string().as_bytes())
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        std::fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Returns the digest of content, as `sha256:…`.
pub fn digest(content: &[u8]) -> String {
    format!("sha256:{}", hex_digest(content))
}

fn hex_digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
