//! What `spin.toml` says, resolved: which component answers which route, with which settings, allowed to reach what.

mod hosts;
mod manifest;
mod template;
mod variables;

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};

pub(crate) use hosts::{AllowedHosts, chained_component};
pub(crate) use variables::check_name;

use manifest::{Manifest, Route};
use template::Template;
use variables::{Variables, check_declared};

/// A parsed `spin.toml` whose variables all have a value.
pub struct App {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    /// Public routes and the component of each, in the order of the manifest.
    pub(crate) routes: Vec<(String, String)>,
    pub(crate) components: BTreeMap<String, AppComponent>,
    variables: Variables,
}

/// One `[component.X]` that has a trigger.
pub(crate) struct AppComponent {
    pub source: PathBuf,
    pub variables: HashMap<String, String>,
    pub allowed: AllowedHosts,
}

impl App {
    /// Reads a manifest. A variable's value is that of `overrides`, else of `SPIN_VARIABLE_<NAME>`, else its default.
    pub fn load(manifest: &Path, overrides: &BTreeMap<String, String>) -> Result<Self> {
        let text =
            std::fs::read_to_string(manifest).with_context(|| format!("{} cannot be read", manifest.display()))?;
        let folder = manifest.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder, overrides).with_context(|| format!("{} is not right", manifest.display()))
    }

    /// The value of one of the application's variables.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name)
    }

    fn parse(text: &str, folder: &Path, overrides: &BTreeMap<String, String>) -> Result<Self> {
        let manifest: Manifest = toml::from_str(text)?;
        ensure!(
            manifest.spin_manifest_version == 2,
            "spin_manifest_version is {}, only 2 is supported",
            manifest.spin_manifest_version
        );
        let variables = Variables::resolve(&manifest.variables, overrides)?;
        let routes = routes(&manifest)?;
        let triggered: Vec<String> = manifest.trigger.http.iter().map(|t| t.component.clone()).collect();
        let all: Vec<String> = manifest.component.keys().cloned().collect();

        let mut components = BTreeMap::new();
        for (id, component) in manifest.component {
            let at = |key: &str| format!("component.{id}.{key}");
            let mut values = HashMap::new();
            for (name, template) in &component.variables {
                let place = || at(&format!("variables.{name}"));
                check_declared(name).with_context(place)?;
                let value = Template::parse(template).and_then(|t| variables.fill(&t)).with_context(place)?;
                values.insert(name.clone(), value);
            }
            let mut hosts = Vec::new();
            for host in &component.allowed_outbound_hosts {
                let value = Template::parse(host).and_then(|t| variables.fill(&t));
                hosts.push(value.with_context(|| at("allowed_outbound_hosts"))?);
            }
            let allowed = AllowedHosts::parse(&hosts, &all).with_context(|| at("allowed_outbound_hosts"))?;
            if triggered.contains(&id) {
                let source = folder.join(&component.source);
                components.insert(id, AppComponent { source, variables: values, allowed });
            }
        }
        Ok(Self {
            name: manifest.application.name,
            version: manifest.application.version,
            routes,
            components,
            variables,
        })
    }
}

fn routes(manifest: &Manifest) -> Result<Vec<(String, String)>> {
    let mut routes: Vec<(String, String)> = Vec::new();
    for trigger in &manifest.trigger.http {
        let component = &trigger.component;
        ensure!(
            manifest.component.contains_key(component),
            "trigger.http names component {component:?}, which there is not"
        );
        match &trigger.route {
            Route::Public(route) => {
                if let Some((_, other)) = routes.iter().find(|(known, _)| known == route) {
                    bail!("trigger.http has route {route:?} twice, for {other:?} and {component:?}");
                }
                routes.push((route.clone(), component.clone()));
            }
            Route::Private { private: true } => {}
            Route::Private { private: false } => {
                bail!("trigger.http of {component:?}: route must be a pattern or {{ private = true }}")
            }
        }
    }
    Ok(routes)
}

#[cfg(test)]
mod tests;
