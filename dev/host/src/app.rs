//! Resolved form of `spin.toml`: the component of each route, its variables and the hosts that it may reach.

mod hosts;
mod manifest;
mod template;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};

pub use hosts::{AllowedHosts, chained_component};
pub use variables::check_name;

use manifest::{Manifest, Route};
use template::Template;
use variables::{Variables, check_declared};

/// A parsed `spin.toml` in which every variable has a value.
pub struct App {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    /// Public routes, each with the name of its component, in the order of the manifest.
    pub(crate) routes: Vec<(String, String)>,
    /// Components that have a trigger.
    pub(crate) components: Vec<AppComponent>,
    variables: Variables,
}

/// A `[component.X]` with its templates filled in.
pub struct AppComponent {
    pub name: Arc<str>,
    pub source: PathBuf,
    pub variables: HashMap<String, String>,
    pub allowed_hosts: AllowedHosts,
}

impl App {
    /// Reads a manifest. The value of a variable is taken from `overrides`, else from `SPIN_VARIABLE_<NAME>`,
    /// else it is the default.
    pub fn load(manifest: &Path, overrides: &BTreeMap<String, String>) -> Result<Self> {
        let text = std::fs::read_to_string(manifest)
            .with_context(|| format!("cannot read {}", manifest.display()))?;
        let folder = manifest.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder, overrides).with_context(|| format!("{} is invalid", manifest.display()))
    }

    /// Returns the value of a variable of the application.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name)
    }

    /// Keeps only these components and their routes, as `spin up --component-id` does.
    pub fn retain(&mut self, names: &[String]) -> Result<()> {
        let unknown = names.iter().find(|name| !self.components.iter().any(|one| *one.name == ***name));
        if let Some(unknown) = unknown {
            bail!("component {unknown:?} is not in the app");
        }
        self.routes.retain(|(_, component)| names.contains(component));
        self.components.retain(|component| names.iter().any(|name| **name == *component.name));
        Ok(())
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

        let mut components = Vec::new();
        for (id, component) in manifest.component {
            let key = |key: &str| format!("component.{id}.{key}");
            let mut values = HashMap::new();
            for (name, template) in &component.variables {
                let key = || key(&format!("variables.{name}"));
                check_declared(name).with_context(key)?;
                let value = Template::parse(template).and_then(|t| variables.fill(&t)).with_context(key)?;
                values.insert(name.clone(), value);
            }
            let mut hosts = Vec::new();
            for host in &component.allowed_outbound_hosts {
                let value = Template::parse(host).and_then(|t| variables.fill(&t));
                hosts.push(value.with_context(|| key("allowed_outbound_hosts"))?);
            }
            let allowed_hosts =
                AllowedHosts::parse(&hosts, &all).with_context(|| key("allowed_outbound_hosts"))?;
            if triggered.contains(&id) {
                let source = folder.join(&component.source);
                components.push(AppComponent { name: id.into(), source, variables: values, allowed_hosts });
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
            "trigger.http names component {component:?}, which is not defined"
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
