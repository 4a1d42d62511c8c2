//! Latencies of requests.

use std::time::{Duration, Instant};

/// Latencies of requests, and failures, of a measurement.
#[derive(Debug, Default)]
pub struct Measurement {
    latencies: Vec<Duration>,
    time: Duration,
    failed: usize,
    first_failure: Option<String>,
}

impl Measurement {
    /// An empty measurement of this length.
    pub fn of(time: Duration) -> Self {
        Self { time, ..Self::default() }
    }

    /// A measurement of delays in milliseconds.
    pub fn of_milliseconds(all: &[f64], time: Duration) -> Self {
        let mut latencies: Vec<_> =
            all.iter().map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1000.0)).collect();
        latencies.sort();
        Self { latencies, time, ..Self::default() }
    }

    /// Adds another measurement.
    pub fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        // Fast, as most is sorted already.
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

    /// Number of failed requests, and the error of the first.
    pub fn failures(&self) -> (usize, &str) {
        (self.failed, self.first_failure.as_deref().unwrap_or_default())
    }

    /// Requests per second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    /// Latency in milliseconds that this share of the requests did not exceed.
    pub fn percentile(&self, share: f64) -> f64 {
        let index = (self.latencies.len() as f64 * share) as usize;
        self.latencies
            .get(index)
            .or(self.latencies.last())
            .map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// Time of a measurement, after a warm-up.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    begin: Instant,
    end: Instant,
}

impl Window {
    /// A window of this length, after a warm-up of a quarter of it.
    pub fn of(time: Duration) -> Self {
        let begin = Instant::now() + time / 4;
        Self { begin, end: begin + time }
    }

    /// True if it is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// Records a request, unless it was sent during the warm-up.
    pub fn record(&self, sent: Instant, measured: &mut Measurement) {
        if sent >= self.begin {
            measured.latencies.push(sent.elapsed());
        }
    }
}
