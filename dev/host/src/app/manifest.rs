//! Structure of `spin.toml`, version 2. A key that is not listed here is rejected by name, because the host
//! does not support it as Spin does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// Value of a key that does not affect how an app runs: it is for other commands of Spin, or for readers.
type Ignored = Option<toml::Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub spin_manifest_version: i64,
    pub application: Application,
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    pub trigger: Triggers,
    #[serde(default)]
    pub component: BTreeMap<String, Component>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the ignored keys are listed so that they are accepted")]
pub struct Application {
    pub name: String,
    pub version: Option<String>,
    description: Ignored,
    authors: Ignored,
    targets: Ignored,
    tool: Ignored,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the ignored keys are listed so that they are accepted")]
pub struct Variable {
    pub default: Option<String>,
    #[serde(default)]
    pub required: bool,
    secret: Ignored,
    description: Ignored,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Triggers {
    pub http: Vec<HttpTrigger>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the ignored keys are listed so that they are accepted")]
pub struct HttpTrigger {
    pub route: Route,
    pub component: String,
    id: Ignored,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a route pattern or { private = true }")]
pub enum Route {
    Public(String),
    Private { private: bool },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the ignored keys are listed so that they are accepted")]
pub struct Component {
    pub source: PathBuf,
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    description: Ignored,
    build: Ignored,
    targets: Ignored,
    tool: Ignored,
}
