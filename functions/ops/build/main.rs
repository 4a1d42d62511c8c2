//! Renders the API reference from openapi.json, and compresses both, so that no request has to.

mod page;

use std::io::Write;
use std::path::Path;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() {
    println!("cargo::rerun-if-changed=openapi.json");
    println!("cargo::rerun-if-changed=build");
    let text = fs::read_to_string("openapi.json").unwrap_or_else(|error| panic!("openapi.json: {error}"));
    let document = serde_json::from_str(&text).unwrap_or_else(|error| panic!("openapi.json: {error}"));
    let page = page::page(&document);
    write("docs.html", page.as_bytes());
    write("docs.html.gz", &compress(page.as_bytes()));
    write("openapi.json.gz", &compress(text.as_bytes()));
}

fn write(name: &str, content: &[u8]) {
    let folder = env::var("OUT_DIR").unwrap_or_else(|error| panic!("OUT_DIR: {error}"));
    fs::write(Path::new(&folder).join(name), content).unwrap_or_else(|error| panic!("{name}: {error}"));
}

fn compress(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let compressed = encoder.write_all(content).and_then(|()| encoder.finish());
    compressed.unwrap_or_else(|error| panic!("gzip: {error}"))
}
