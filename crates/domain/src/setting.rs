//! Settings that operators change while TaskFlow runs.

use serde::Serialize;

use crate::errors::{Errors, wrong};

/// Definition of a setting.
#[derive(Clone, Copy, Debug)]
pub struct SettingSpec {
    /// Key of the setting in Dapr's configuration store.
    pub key: &'static str,
    /// Default value.
    pub default: &'static str,
    /// One-line description for operators.
    pub about: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Rate limit of that name.
    Limit(&'static str),
    Publishing,
    PublishBatch,
    ReminderBatch,
    StreamsPerUser,
    StreamsPerAddress,
    StreamsUnproxied,
}

/// Parsed value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Rate limit.
    Limit {
        /// Name of the limit.
        name: &'static str,
        /// Number of requests that it allows.
        requests: u32,
        /// Period in seconds.
        seconds: u32,
    },
    /// True if events are published, false if they wait in the outbox.
    Publishing(bool),
    /// Maximum number of events published at once.
    PublishBatch(u32),
    /// Maximum number of reminders claimed at once.
    ReminderBatch(u32),
    /// Maximum number of live streams of a user.
    StreamsPerUser(u32),
    /// Maximum number of live streams of a network address.
    StreamsPerAddress(u32),
    /// Maximum number of live streams that no proxy holds.
    StreamsUnproxied(u32),
}

/// All settings. Dapr allows only letters, digits, dots and underscores in a key.
pub const SETTINGS: &[SettingSpec] = &[
    limit("limits.user", "user", "1000/10", "requests per user, as requests/seconds"),
    limit("limits.address", "address", "10000/10", "requests per network address"),
    limit(
        "limits.sign_up",
        "sign-up",
        "100/10",
        "new accounts, guests and forgotten passwords per network address",
    ),
    limit("limits.sign_in", "sign-in", "10/300", "sign-in attempts per user and network address"),
    limit(
        "limits.sign_in_account",
        "sign-in-account",
        "1000/3600",
        "sign-in attempts per user, where the user has no session",
    ),
    limit("limits.sign_in_address", "sign-in-address", "100/300", "sign-in attempts per network address"),
    limit("limits.password", "password", "10/300", "attempts per user to confirm the current password"),
    limit("limits.link", "link", "5/3600", "links sent by e-mail per user and e-mail address"),
    limit("limits.link_address", "link-address", "20/3600", "links sent by e-mail per e-mail address"),
    SettingSpec {
        key: "publishing",
        default: "on",
        about: "`off` keeps events in the outbox until it is `on` again",
        kind: Kind::Publishing,
    },
    SettingSpec {
        key: "publish_batch",
        default: "500",
        about: "maximum number of events published at once, 1 to 1000",
        kind: Kind::PublishBatch,
    },
    SettingSpec {
        key: "reminder_batch",
        default: "500",
        about: "maximum number of reminders claimed at once, 1 to 1000",
        kind: Kind::ReminderBatch,
    },
    SettingSpec {
        key: "streams.user",
        default: "100",
        about: "maximum number of live streams per user, 1 to 100000",
        kind: Kind::StreamsPerUser,
    },
    SettingSpec {
        key: "streams.address",
        default: "1000",
        about: "maximum number of live streams per network address, 1 to 100000",
        kind: Kind::StreamsPerAddress,
    },
    SettingSpec {
        key: "streams.unproxied",
        default: "750",
        about: "maximum number of live streams that no proxy holds, 1 to 100000",
        kind: Kind::StreamsUnproxied,
    },
];

const fn limit(
    key: &'static str,
    name: &'static str,
    default: &'static str,
    about: &'static str,
) -> SettingSpec {
    SettingSpec { key, default, about, kind: Kind::Limit(name) }
}

impl SettingSpec {
    /// Returns the definition of the setting with that key.
    pub fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|spec| spec.key == key)
    }

    /// Parses a value. The error describes the values that are allowed.
    pub fn parse(&self, value: &str) -> Result<Setting, Errors> {
        let number = |text: &str, max: u32| text.parse().ok().filter(|number| (1..=max).contains(number));
        let batch = || number(value, 1000).ok_or_else(|| wrong("must be a number from 1 to 1000"));
        let streams = || number(value, 100_000).ok_or_else(|| wrong("must be a number from 1 to 100000"));
        match self.kind {
            Kind::Limit(name) => value
                .split_once('/')
                .and_then(|(requests, seconds)| {
                    Some((number(requests, 1_000_000_000)?, number(seconds, 86_400)?))
                })
                .map(|(requests, seconds)| Setting::Limit { name, requests, seconds })
                .ok_or_else(|| wrong("must be requests/seconds, such as 1000/10, with 1 to 86400 seconds")),
            Kind::Publishing => match value {
                "on" => Ok(Setting::Publishing(true)),
                "off" => Ok(Setting::Publishing(false)),
                _ => Err(wrong("must be on or off")),
            },
            Kind::PublishBatch => batch().map(Setting::PublishBatch),
            Kind::ReminderBatch => batch().map(Setting::ReminderBatch),
            Kind::StreamsPerUser => streams().map(Setting::StreamsPerUser),
            Kind::StreamsPerAddress => streams().map(Setting::StreamsPerAddress),
            Kind::StreamsUnproxied => streams().map(Setting::StreamsUnproxied),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_valid_and_every_key_fits_dapr() {
        for spec in SETTINGS {
            assert!(spec.parse(spec.default).is_ok(), "{}", spec.key);
            assert!(spec.key.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c)), "{}", spec.key);
        }
    }

    #[test]
    fn invalid_values_are_rejected() {
        for (key, value) in [
            ("limits.user", "0/10"),
            ("limits.user", "10/0"),
            ("limits.user", "10"),
            ("limits.user", "10/90000"),
            ("limits.user", "-1/10"),
            ("publishing", "perhaps"),
            ("publishing", ""),
            ("publish_batch", "0"),
            ("publish_batch", "1001"),
            ("reminder_batch", "0"),
            ("streams.user", "0"),
            ("streams.address", "many"),
        ] {
            assert!(SettingSpec::find(key).expect("a known key").parse(value).is_err(), "{key} {value}");
        }
    }
}
