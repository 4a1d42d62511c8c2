//! What operators can set while TaskFlow runs.

use serde::Serialize;

/// A setting that there is.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What it is called.
    pub key: &'static str,
    /// What holds while nothing is said.
    pub default: &'static str,
    /// What it is for.
    pub about: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// So many requests in so many seconds, for the limit of that name.
    Limit(&'static str),
    Publishing,
    PublishBatch,
    ReminderBatch,
}

/// What was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// How many requests in how many seconds.
    Limit {
        /// Which limit.
        name: &'static str,
        /// How many requests.
        quota: u32,
        /// In how many seconds.
        seconds: u32,
    },
    /// Whether events are published, or wait.
    Publishing(bool),
    /// How many events are published at once.
    PublishBatch(u32),
    /// How many reminders are claimed at once.
    ReminderBatch(u32),
}

/// All settings. A key has letters, digits, dots and underscores only: Dapr knows no others.
pub const SETTINGS: &[Known] = &[
    limit("limits.user", "user", "1000/10", "requests of one user, in so many seconds"),
    limit("limits.address", "address", "10000/10", "requests of one network address"),
    limit("limits.sign_up", "sign-up", "600/60", "new accounts and guests of one address"),
    limit("limits.sign_in", "sign-in", "10/300", "attempts to sign in as one user"),
    limit("limits.sign_in_address", "sign-in-address", "100/300", "attempts to sign in of one address"),
    Known {
        key: "publishing",
        default: "on",
        about: "off: events are kept in the outbox and go out when it is on again",
        kind: Kind::Publishing,
    },
    Known {
        key: "publish_batch",
        default: "500",
        about: "how many events are published at once, 1 to 1000",
        kind: Kind::PublishBatch,
    },
    Known {
        key: "reminder_batch",
        default: "500",
        about: "how many reminders are claimed at once, 1 to 1000",
        kind: Kind::ReminderBatch,
    },
];

const fn limit(key: &'static str, name: &'static str, default: &'static str, about: &'static str) -> Known {
    Known { key, default, about, kind: Kind::Limit(name) }
}

impl Known {
    /// The setting of that name.
    pub fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|known| known.key == key)
    }

    /// Reads a value. The error says what it must be.
    pub fn parse(&self, value: &str) -> Result<Setting, String> {
        let number = |text: &str, most: u32| text.parse().ok().filter(|number| (1..=most).contains(number));
        let batch = || number(value, 1000).ok_or("must be a number from 1 to 1000".to_owned());
        match self.kind {
            Kind::Limit(name) => value
                .split_once('/')
                .and_then(|(quota, seconds)| Some((number(quota, 1_000_000_000)?, number(seconds, 86_400)?)))
                .map(|(quota, seconds)| Setting::Limit { name, quota, seconds })
                .ok_or("must be requests/seconds, as 1000/10, each at least 1, and a day at the most".to_owned()),
            Kind::Publishing => match value {
                "on" => Ok(Setting::Publishing(true)),
                "off" => Ok(Setting::Publishing(false)),
                _ => Err("must be on or off".to_owned()),
            },
            Kind::PublishBatch => batch().map(Setting::PublishBatch),
            Kind::ReminderBatch => batch().map(Setting::ReminderBatch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_can_be_read_and_every_key_fits_dapr() {
        for known in SETTINGS {
            assert!(known.parse(known.default).is_ok(), "{}", known.key);
            assert!(known.key.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c)), "{}", known.key);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
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
        ] {
            assert!(Known::find(key).expect("it is known").parse(value).is_err(), "{key} {value}");
        }
    }
}
