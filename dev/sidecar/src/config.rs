//! Configuration of the sidecar: the files in `dapr/`.

mod app_ids;
mod cron;
mod duration;
mod resiliency;
mod resource;
mod subscription;
mod topic;
mod yaml;

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::access::Access;
use crate::component::Component;
use crate::config::resource::Resource;
use crate::configuration::ConfigurationStores;
use crate::secrets::SecretStores;
use crate::smtp::Smtp;
use crate::state::StateStores;

pub use crate::config::app_ids::read_app_ids;
pub use crate::config::cron::Cron;
pub use crate::config::resiliency::{Resiliency, Retry};
pub use crate::config::subscription::{Bulk, Subscription};
pub use crate::config::topic::{Topic, read_topics};

const PUBSUB_KIND: &str = "pubsub.kafka";

/// The supported types of components.
const SUPPORTED: [&str; 6] =
    [Cron::KIND, PUBSUB_KIND, ConfigurationStores::KIND, SecretStores::KIND, Smtp::KIND, StateStores::KIND];

#[derive(Debug)]
pub struct Config {
    /// App ids of all sidecars. Functions call the sidecar of the first.
    pub app_ids: Vec<String>,
    pub components: Vec<Component>,
    /// Name of the pub/sub component.
    pub pubsub: String,
    pub topics: Vec<Topic>,
    pub subscriptions: Vec<Subscription>,
    pub crons: Vec<Cron>,
    pub resiliency: Resiliency,
    pub access: Access,
}

impl Config {
    /// Reads and checks the files of a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut config = Self {
            app_ids: read_app_ids(folder)?,
            components: Vec::new(),
            pubsub: String::new(),
            topics: read_topics(folder)?,
            subscriptions: Vec::new(),
            crons: Vec::new(),
            resiliency: Resiliency::default(),
            access: Access::default(),
        };
        for path in resource::files(folder)? {
            for resource in yaml::read_documents(&path)? {
                config.add(resource).with_context(|| format!("in {}", path.display()))?;
            }
        }
        ensure!(!config.pubsub.is_empty(), "{} has no pub/sub component", folder.display());
        config.check_subscriptions()?;
        config.check_binding_timeouts()?;
        Ok(config)
    }

    fn add(&mut self, resource: Resource) -> Result<()> {
        let Resource { kind, metadata, spec, auth, scopes } = resource;
        let name = &metadata.name;
        if let Some(unknown) = scopes.iter().find(|scope| !self.app_ids.contains(scope)) {
            bail!("{name} has the scope {unknown}, which dapr.yaml does not list");
        }
        match kind.as_str() {
            "Component" => self.add_component(Component::parse(name, &spec, &auth, scopes)?)?,
            "Subscription" => self.add_subscription(Subscription::parse(name, &spec, &scopes)?)?,
            "Resiliency" => self.resiliency.apply(&spec)?,
            "Configuration" => self.access = Access::parse(name, &spec)?,
            _ => {}
        }
        Ok(())
    }

    fn add_component(&mut self, component: Component) -> Result<()> {
        let (name, kind) = (&component.name, component.kind.as_str());
        ensure!(
            SUPPORTED.contains(&kind),
            "the component {name} has the type {kind}, which is not supported"
        );
        match kind {
            PUBSUB_KIND => self.pubsub = name.clone(),
            Cron::KIND => self.crons.push(Cron::parse(&component)?),
            _ => {}
        }
        self.components.push(component);
        Ok(())
    }

    fn add_subscription(&mut self, subscription: Subscription) -> Result<()> {
        let Subscription { consumer, topic, .. } = &subscription;
        // Dapr would use the one that it happens to read last.
        let is_duplicate =
            self.subscriptions.iter().any(|other| other.consumer == *consumer && other.topic == *topic);
        ensure!(!is_duplicate, "{consumer} has two subscriptions to {topic}");
        self.subscriptions.push(subscription);
        Ok(())
    }

    fn check_subscriptions(&self) -> Result<()> {
        for Subscription { consumer, pubsub, topic, dead_letter_topic, .. } in &self.subscriptions {
            ensure!(
                *pubsub == self.pubsub,
                "{consumer} subscribes to the component {pubsub}, and there is only {}",
                self.pubsub
            );
            for topic in [Some(topic), dead_letter_topic.as_ref()].into_iter().flatten() {
                let is_declared = self.topics.iter().any(|declared| declared.name == *topic);
                ensure!(is_declared, "{consumer} uses the topic {topic}, which topics.yaml does not declare");
            }
        }
        Ok(())
    }

    fn check_binding_timeouts(&self) -> Result<()> {
        for name in self.resiliency.binding_timeouts.keys() {
            let is_binding =
                self.components.iter().any(|other| other.name == *name && other.kind == Smtp::KIND);
            ensure!(is_binding, "resiliency.yaml has a target {name}, which is no output binding");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_files_of_the_project_can_be_read() {
        let config =
            Config::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../dapr"))).expect("valid files");
        assert_eq!(config.pubsub, "pubsub");
        assert!(config.subscriptions.iter().any(|one| one.consumer == "audit" && one.topic == "task-events"));
        assert!(config.crons.iter().any(|cron| cron.route == "/internal/outbox-relay"));
        assert_eq!(config.app_ids[0], "tasks");
        assert_eq!(config.resiliency.binding_timeouts["email"], Duration::from_secs(8));
    }
}
