//! Reading a layout, with all digests checked.

use std::path::{Path, PathBuf};

use images::{Descriptor, Layout};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

pub struct Read {
    folder: TempDir,
    pub index: Value,
}

/// Writes a layout and reads it.
pub fn layout(write: impl FnOnce(&mut Layout)) -> Read {
    let folder = TempDir::new().unwrap();
    let mut layout = Layout::create(folder.path()).unwrap();
    write(&mut layout);
    layout.finish().unwrap();
    let read =
        |name: &str| serde_json::from_slice(&std::fs::read(folder.path().join(name)).unwrap()).unwrap();
    let version: Value = read("oci-layout");
    assert_eq!(version["imageLayoutVersion"], "1.0.0");
    let index: Value = read("index.json");
    Read { index, folder }
}

impl Read {
    /// Content that a descriptor refers to.
    pub fn content(&self, descriptor: &Value) -> Vec<u8> {
        let digest = descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let content = std::fs::read(self.blob(digest)).unwrap();
        let actual: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(actual, digest);
        assert_eq!(descriptor["size"], content.len());
        content
    }

    /// JSON that a descriptor refers to.
    pub fn json(&self, descriptor: &Value) -> Value {
        serde_json::from_slice(&self.content(descriptor)).unwrap()
    }

    /// Manifest of the image with a name.
    pub fn manifest(&self, name: &str) -> Value {
        let entries = self.index["manifests"].as_array().unwrap();
        let named = |entry: &&Value| entry["annotations"]["org.opencontainers.image.ref.name"] == name;
        self.json(entries.iter().find(named).unwrap())
    }

    fn blob(&self, digest: &str) -> PathBuf {
        Path::new(self.folder.path()).join("blobs/sha256").join(digest)
    }
}

/// Digest of an image, whose descriptor a layout has returned.
pub fn digest(write: impl FnOnce(&mut Layout) -> Descriptor) -> String {
    let mut written = None;
    layout(|layout| written = Some(write(layout)));
    written.unwrap().digest
}
