//! What the files in `dapr/` say.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::access::Access;
use crate::component::Component;
use crate::configuration::Configuration;
use crate::secrets::Secrets;
use crate::smtp::Smtp;
use crate::state::State;

/// The types of components that mean something here.
const KNOWN: [&str; 6] = ["bindings.cron", "pubsub.kafka", Configuration::KIND, Secrets::KIND, Smtp::KIND, State::KIND];

/// All of it that matters here.
#[derive(Debug)]
pub struct Config {
    /// The app ids that there are. The functions call the sidecar of the first.
    pub apps: Vec<String>,
    /// All components.
    pub components: Vec<Component>,
    /// The name of the pub/sub component.
    pub pubsub: String,
    /// The topics that there are.
    pub topics: Vec<Topic>,
    /// Who takes what.
    pub subscriptions: Vec<Subscription>,
    /// What is called again and again.
    pub crons: Vec<Cron>,
    /// How often a delivery is tried.
    pub retry: Retry,
    /// How long a delivery may take.
    pub timeout: Duration,
    /// How long a call of an output binding may take, where that is said.
    pub outbound: BTreeMap<String, Duration>,
    /// What may be called, and which secrets may be read.
    pub access: Access,
}

/// A topic, as it is declared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// In how many parts it is.
    pub partitions: usize,
    #[serde(rename = "replication")]
    _replication: u32,
    /// How long it keeps an event.
    #[serde(deserialize_with = "duration")]
    pub retention: Duration,
}

/// Who takes a topic.
#[derive(Debug)]
pub struct Subscription {
    /// The app id of the consumer.
    pub consumer: String,
    pub pubsub: String,
    pub topic: String,
    pub route: String,
    pub dead_letters: Option<String>,
    /// How many at once, where it takes several.
    pub bulk: Option<Bulk>,
}

/// How many events go in one request, and how long is waited for them.
#[derive(Clone, Debug)]
pub struct Bulk {
    pub most: usize,
    pub within: Duration,
}

/// A route that is called again and again.
#[derive(Debug)]
pub struct Cron {
    pub route: String,
    pub every: Duration,
}

/// How often something is tried again, and after which time.
#[derive(Clone, Debug)]
pub struct Retry {
    pub is_exponential: bool,
    pub first: Duration,
    pub longest: Duration,
    /// `None` is for ever.
    pub times: Option<u32>,
}

impl Retry {
    /// How long to wait before the next try; none when it was tried often enough.
    pub fn wait(&self, failures: u32) -> Option<Duration> {
        if self.times.is_some_and(|times| failures > times) {
            return None;
        }
        let factor = if self.is_exponential { 1.5_f64.powi(failures.min(60) as i32 - 1) } else { 1.0 };
        Some(self.first.mul_f64(factor).min(self.longest))
    }
}

#[derive(Deserialize)]
struct Resource {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    spec: serde_json::Value,
    #[serde(default)]
    auth: serde_json::Value,
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

/// What is said of how an output binding is called. What else Dapr knows to say of that means nothing here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    outbound: Outbound,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outbound {
    timeout: String,
}

#[derive(Deserialize)]
struct Topics {
    topics: Vec<Topic>,
}

#[derive(Deserialize)]
struct Apps {
    apps: Vec<App>,
}

#[derive(Deserialize)]
struct App {
    #[serde(rename = "appID")]
    id: String,
}

/// The topics that a folder declares.
pub fn topics(folder: &Path) -> Result<Vec<Topic>> {
    let Topics { topics } = document(&folder.join("topics.yaml"))?;
    Ok(topics)
}

/// The app ids that a folder lists, each of which has a sidecar. The functions call that of the first.
pub fn apps(folder: &Path) -> Result<Vec<String>> {
    let path = folder.join("dapr.yaml");
    let Apps { apps } = document(&path)?;
    ensure!(!apps.is_empty(), "{} names no apps", path.display());
    Ok(apps.into_iter().map(|app| app.id).collect())
}

fn document<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_saphyr::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
}

impl Config {
    /// Reads a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut config = Self {
            apps: apps(folder)?,
            components: Vec::new(),
            pubsub: String::new(),
            topics: topics(folder)?,
            subscriptions: Vec::new(),
            crons: Vec::new(),
            retry: Retry {
                is_exponential: false,
                first: Duration::from_secs(5),
                longest: Duration::from_secs(5),
                times: None,
            },
            timeout: Duration::from_secs(60),
            outbound: BTreeMap::new(),
            access: Access::default(),
        };
        for path in files(folder)? {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let resources: Vec<Resource> =
                serde_saphyr::from_multiple(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            for resource in resources {
                config.take(resource).with_context(|| format!("in {}", path.display()))?;
            }
        }
        ensure!(!config.pubsub.is_empty(), "{} has no pub/sub component", folder.display());
        for one in &config.subscriptions {
            let (consumer, pubsub) = (&one.consumer, &one.pubsub);
            ensure!(
                *pubsub == config.pubsub,
                "{consumer} takes events of {pubsub}, and there is only {}",
                config.pubsub
            );
            for topic in [Some(&one.topic), one.dead_letters.as_ref()].into_iter().flatten() {
                let is_known = config.topics.iter().any(|known| known.name == *topic);
                ensure!(is_known, "{consumer} takes the topic {topic}, which topics.yaml does not declare");
            }
        }
        for name in config.outbound.keys() {
            let is_known = config.components.iter().any(|one| one.name == *name && one.kind == Smtp::KIND);
            ensure!(is_known, "resiliency.yaml has a target {name}, which is no output binding");
        }
        Ok(config)
    }

    fn take(&mut self, Resource { kind, metadata, spec, auth, scopes }: Resource) -> Result<()> {
        let text = |value: &serde_json::Value, member: &str| -> Result<String> {
            value[member].as_str().map(str::to_owned).with_context(|| format!("{}: {member} is missing", metadata.name))
        };
        if let Some(nobody) = scopes.iter().find(|scope| !self.apps.contains(scope)) {
            bail!("{} is for {nobody}, which dapr.yaml does not list", metadata.name);
        }
        match kind.as_str() {
            "Component" => {
                // The sidecar of each app id that has it would call.
                let is_for_one = scopes.len() == 1;
                let component = Component::read(&metadata.name, &spec, &auth, scopes)?;
                let (name, kind) = (&component.name, &component.kind);
                let is_known = KNOWN.contains(&kind.as_str());
                ensure!(is_known, "the component {name} is of the type {kind}, which this sidecar does not know");
                match kind.as_str() {
                    "pubsub.kafka" => self.pubsub = name.clone(),
                    "bindings.cron" => {
                        ensure!(is_for_one, "{name} must have one scope");
                        let values = values(&spec);
                        let schedule = values.get("schedule").with_context(|| format!("{name}: no schedule"))?;
                        let route = values.get("route").cloned().unwrap_or_else(|| format!("/{name}"));
                        self.crons.push(Cron { route, every: every(schedule)? });
                    }
                    _ => {}
                }
                self.components.push(component);
            }
            "Subscription" => {
                let bulk = &spec["bulkSubscribe"];
                let bulk = (bulk["enabled"] == true).then(|| Bulk {
                    most: bulk["maxMessagesCount"].as_u64().unwrap_or(100) as usize,
                    within: Duration::from_millis(bulk["maxAwaitDurationMs"].as_u64().unwrap_or(1000)),
                });
                let [consumer] = scopes.as_slice() else { bail!("{} must have one scope", metadata.name) };
                let topic = text(&spec, "topic")?;
                // Of two, Dapr would take the one that it reads last.
                let is_second = self.subscriptions.iter().any(|one| one.consumer == *consumer && one.topic == topic);
                ensure!(!is_second, "{}: {consumer} takes {topic} already", metadata.name);
                let has_rules = !spec["routes"]["rules"].is_null();
                ensure!(!has_rules, "{}: routes have a default here, and no rules", metadata.name);
                self.subscriptions.push(Subscription {
                    consumer: consumer.clone(),
                    pubsub: text(&spec, "pubsubname")?,
                    topic,
                    route: text(&spec["routes"], "default")?,
                    dead_letters: spec["deadLetterTopic"].as_str().map(str::to_owned),
                    bulk,
                });
            }
            "Resiliency" => {
                let inbound = &spec["targets"]["components"]["pubsub"]["inbound"];
                let policies = &spec["policies"];
                if let Some(name) = inbound["timeout"].as_str() {
                    self.timeout = parse_duration(&text(&policies["timeouts"], name)?)?;
                }
                if let Some(name) = inbound["retry"].as_str() {
                    self.retry = retry(&policies["retries"][name])?;
                }
                let targets = spec["targets"]["components"].as_object().into_iter().flatten();
                for (name, target) in targets.filter(|(name, _)| *name != "pubsub") {
                    let Target { outbound } =
                        Target::deserialize(target).with_context(|| format!("the target {name}"))?;
                    let timeout = text(&policies["timeouts"], &outbound.timeout)?;
                    self.outbound.insert(name.clone(), parse_duration(&timeout)?);
                }
            }
            "Configuration" => self.access = Access::read(&metadata.name, &spec)?,
            _ => {}
        }
        Ok(())
    }
}

/// The YAML files with resources of Dapr.
fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut all = Vec::new();
    for folder in [folder.to_owned(), folder.join("components"), folder.join("subscriptions")] {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let is_yaml = path.extension().is_some_and(|extension| extension == "yaml");
            if is_yaml && !path.ends_with("topics.yaml") && !path.ends_with("dapr.yaml") {
                all.push(path);
            }
        }
    }
    all.sort();
    Ok(all)
}

/// The metadata of a component, by name.
fn values(spec: &serde_json::Value) -> BTreeMap<String, String> {
    let items = spec["metadata"].as_array().into_iter().flatten();
    items.filter_map(|item| Some((item["name"].as_str()?.to_owned(), item["value"].as_str()?.to_owned()))).collect()
}

fn retry(policy: &serde_json::Value) -> Result<Retry> {
    let is_exponential = policy["policy"] == "exponential";
    let length = |member: &str, default| policy[member].as_str().map_or(Ok(default), parse_duration);
    let first = if is_exponential { Duration::from_millis(500) } else { length("duration", Duration::from_secs(5))? };
    let times = policy["maxRetries"].as_i64().and_then(|times| u32::try_from(times).ok());
    Ok(Retry { is_exponential, first, longest: length("maxInterval", Duration::from_secs(60))?.max(first), times })
}

fn every(schedule: &str) -> Result<Duration> {
    match schedule.strip_prefix("@every ") {
        Some(length) => parse_duration(length),
        None => bail!("the schedule `{schedule}` is none that is known here: write it as `@every 5m`"),
    }
}

fn duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(serde::de::Error::custom)
}

/// A length of time as Go writes it, with one unit: `500ms`, `5s`, `1m`, `2h`; and days.
fn parse_duration(text: &str) -> Result<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().with_context(|| format!("`{text}` is no length of time"))?;
    Ok(match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number * 60),
        "h" => Duration::from_secs(number * 3600),
        "d" => Duration::from_secs(number * 86_400),
        _ => bail!("`{text}` is no length of time: write it as 500ms, 5s, 1m, 2h or 7d"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_the_project_can_be_read() {
        let config = Config::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../dapr"))).expect("they fit");
        assert_eq!(config.pubsub, "pubsub");
        assert!(config.subscriptions.iter().any(|one| one.consumer == "audit" && one.topic == "task-events"));
        assert!(config.crons.iter().any(|cron| cron.route == "/internal/outbox-relay"));
        assert_eq!(config.apps[0], "tasks");
        assert_eq!(config.outbound["email"], Duration::from_secs(8));
    }

    #[test]
    fn each_try_waits_longer_up_to_the_longest_and_then_there_is_none() {
        let retry = Retry {
            is_exponential: true,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(1),
            times: Some(3),
        };
        let waits: Vec<_> = (1..=4).map(|failures| retry.wait(failures).map(|wait| wait.as_millis())).collect();
        assert_eq!(waits, [Some(500), Some(750), Some(1000), None]);
    }
}
