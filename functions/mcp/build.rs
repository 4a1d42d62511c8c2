//! Writes each tool of tools.json in one line, as `tools/list` sends them.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=tools.json");
    let text = fs::read_to_string("tools.json").unwrap_or_else(|error| panic!("tools.json: {error}"));
    let tools: Vec<serde_json::Value> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("tools.json: {error}"));
    let lines: Vec<String> = tools.iter().map(|tool| format!("{:?}", tool.to_string())).collect();
    let folder = env::var("OUT_DIR").unwrap_or_else(|error| panic!("OUT_DIR: {error}"));
    let written = fs::write(Path::new(&folder).join("tools.in"), format!("&[{}]", lines.join(",\n")));
    written.unwrap_or_else(|error| panic!("{folder}: {error}"));
}
