//! The shape of `spin.toml`, version 2. A key that is not here is refused by name: what the host cannot do as Spin does,
//! it does not pretend to do.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

/// Keys that Spin reads for other commands or for people; they change nothing about how an app runs.
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
#[expect(dead_code, reason = "the ignored keys are listed so that they are allowed")]
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
#[expect(dead_code, reason = "the ignored keys are listed so that they are allowed")]
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
#[expect(dead_code, reason = "the ignored keys are listed so that they are allowed")]
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
#[expect(dead_code, reason = "the ignored keys are listed so that they are allowed")]
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
