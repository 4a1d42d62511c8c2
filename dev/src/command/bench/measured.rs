//! How long requests took.

use std::time::{Duration, Instant};

/// How long each request took, how long all of it took, and what failed.
#[derive(Debug, Default)]
pub struct Measured {
    latencies: Vec<Duration>,
    time: Duration,
    failed: usize,
    first_failure: Option<String>,
}

impl Measured {
    /// Nothing so far, of what takes that long.
    pub fn of(time: Duration) -> Self {
        Self { time, ..Self::default() }
    }

    /// What others measured, in milliseconds.
    pub fn of_milliseconds(all: &[f64], time: Duration) -> Self {
        let mut latencies: Vec<_> = all.iter().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1000.0)).collect();
        latencies.sort();
        Self { latencies, time, ..Self::default() }
    }

    /// Adds another measurement of the same.
    pub fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        // This sort is quick where most is sorted already.
        self.latencies.sort();
        self.time += other.time;
        self.failed += other.failed;
        self.first_failure = self.first_failure.take().or(other.first_failure);
    }

    /// Counts a request that failed.
    pub fn fail(&mut self, error: &anyhow::Error) {
        self.failed += 1;
        self.first_failure.get_or_insert_with(|| format!("{error:#}"));
    }

    /// How many requests failed, and what was wrong with the first.
    pub fn failures(&self) -> (usize, &str) {
        (self.failed, self.first_failure.as_deref().unwrap_or_default())
    }

    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    /// The latency that this share of the requests stayed under, in milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let index = (self.latencies.len() as f64 * share) as usize;
        self.latencies.get(index).or(self.latencies.last()).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// When to measure: what is sent before is to warm up.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    begin: Instant,
    end: Instant,
}

impl Window {
    /// One of that length, after a quarter of it to warm up.
    pub fn of(time: Duration) -> Self {
        let begin = Instant::now() + time / 4;
        Self { begin, end: begin + time }
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// Notes a request that was sent at that moment, unless that was to warm up.
    pub fn note(&self, sent: Instant, measured: &mut Measured) {
        if sent >= self.begin {
            measured.latencies.push(sent.elapsed());
        }
    }
}
