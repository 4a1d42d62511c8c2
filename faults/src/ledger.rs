//! The ledger: what writers were answered, and how long they had to wait for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Number of writers, each a user of its own.
pub const WRITERS: usize = 16;

/// Interval at which waiting for all writers looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Ledger of a round, which all writers share.
pub struct Ledger(Mutex<State>);

struct State {
    tallies: Vec<Tally>,
    /// Tasks as the last answers left them, for `check.sql`.
    tasks: Vec<Value>,
    /// Highest `seq` of each writer's answers.
    seqs: Vec<i64>,
    /// Time of each writer's newest answer.
    answered_at: Vec<Instant>,
    newest: Instant,
    problems: Vec<Problem>,
    is_over: bool,
}

/// Numbers of a drill.
#[derive(Clone, Debug)]
pub struct Tally {
    pub drill: String,
    began: Instant,
    pub took: Duration,
    /// Writes that were answered.
    pub answered: u64,
    /// Answers that asked for a repeat, by status.
    pub refused: BTreeMap<u16, u64>,
    /// Writes that were sent again because their answer was lost.
    pub retried: u64,
    /// Longest time without an answered write.
    pub silence: Duration,
    /// Time from the end of the fault until every writer had an answer.
    pub recovered: Duration,
}

/// Difference between what was answered and what is there, or an answer that must not be.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Name of the drill, if it is known.
    pub drill: Option<String>,
    pub kind: Kind,
    /// Id of the task, series, reminder or event.
    pub id: String,
    pub difference: String,
}

/// Kind of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something that was answered is not there.
    Lost,
    /// Something is there twice.
    Doubled,
    /// An answer was wrong, or came too late.
    Wrong,
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        let now = Instant::now();
        Self(Mutex::new(State {
            tallies: Vec::new(),
            tasks: Vec::new(),
            seqs: vec![0; WRITERS],
            answered_at: vec![now; WRITERS],
            newest: now,
            problems: Vec::new(),
            is_over: false,
        }))
    }

    /// Begins a drill.
    pub fn begin(&self, drill: String) {
        let mut state = self.lock();
        let began = Instant::now();
        // Nobody writes before the first.
        state.newest = if state.tallies.is_empty() { began } else { state.newest };
        state.tallies.push(Tally {
            drill,
            began,
            took: Duration::ZERO,
            answered: 0,
            refused: BTreeMap::new(),
            retried: 0,
            silence: Duration::ZERO,
            recovered: Duration::ZERO,
        });
    }

    /// Ends the drill.
    pub fn end(&self, recovered: Duration) {
        let mut state = self.lock();
        let silence = state.newest.elapsed();
        if let Some(tally) = state.tallies.last_mut() {
            tally.took = tally.began.elapsed();
            tally.silence = tally.silence.max(silence);
            tally.recovered = recovered;
        }
    }

    /// Waits until every writer has had an answer since now, and returns the time that this took. `None` if
    /// that is longer than the limit.
    pub async fn wait_for_all(&self, limit: Duration) -> Option<Duration> {
        let began = Instant::now();
        while began.elapsed() < limit {
            if self.lock().answered_at.iter().all(|at| *at >= began) {
                return Some(began.elapsed());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        None
    }

    /// Name of the current drill.
    pub fn drill(&self) -> String {
        self.lock().tallies.last().map(|tally| tally.drill.clone()).unwrap_or_default()
    }

    /// Records an answer to a writer, with the `seq` of that user if it has one.
    pub fn answered(&self, writer: usize, seq: Option<i64>) {
        let mut state = self.lock();
        let (now, known) = (Instant::now(), state.seqs[writer]);
        let silence = now.duration_since(state.newest);
        state.newest = now;
        state.answered_at[writer] = now;
        if let Some(tally) = state.tallies.last_mut() {
            tally.answered += 1;
            tally.silence = tally.silence.max(silence);
        }
        if let Some(seq) = seq {
            state.seqs[writer] = known.max(seq);
            if seq < known {
                let difference = format!("TaskFlow-Seq fell from {known} to {seq}");
                state.add_problem(Kind::Lost, format!("writer {writer}"), difference);
            }
        }
    }

    /// Records an answer that asks for a repeat.
    pub fn refused(&self, status: u16) {
        if let Some(tally) = self.lock().tallies.last_mut() {
            *tally.refused.entry(status).or_default() += 1;
        }
    }

    /// Records that an answer was lost.
    pub fn retried(&self) {
        if let Some(tally) = self.lock().tallies.last_mut() {
            tally.retried += 1;
        }
    }

    /// Records a wrong answer, or none.
    pub fn wrong(&self, id: String, difference: String) {
        self.lock().add_problem(Kind::Wrong, id, difference);
    }

    /// Records a task as the last answer left it.
    pub fn keep(&self, task: Value) {
        self.lock().tasks.push(task);
    }

    /// Ends the work of all writers.
    pub fn stop(&self) {
        self.lock().is_over = true;
    }

    /// True if writers have to end.
    pub fn is_over(&self) -> bool {
        self.lock().is_over
    }

    /// All tasks, and the highest `seq` of each writer.
    pub fn expectations(&self) -> (Value, Vec<i64>) {
        let state = self.lock();
        (Value::Array(state.tasks.clone()), state.seqs.clone())
    }

    /// Numbers of all drills, and the problems that writers had.
    pub fn results(&self) -> (Vec<Tally>, Vec<Problem>) {
        let state = self.lock();
        (state.tallies.clone(), state.problems.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add_problem(&mut self, kind: Kind, id: String, difference: String) {
        let drill = self.tallies.last().map(|tally| tally.drill.clone());
        self.problems.push(Problem { drill, kind, id, difference });
    }
}
