//! At most 64 connections for each connection string, as in Spin. A lease goes back when its handle is dropped.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_postgres::Config;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{connect, session::Session};
use crate::bindings::spin::postgres::postgres::{Error, ParameterValue, RowSet};

const CONNECTIONS: usize = 64;
/// Connection strings to keep a pool for.
const POOLS: usize = 16;
/// What opening waits for a free connection. Spin waits for ever; a guest that is told can answer 503.
const WAIT: Duration = Duration::from_secs(10);
/// A server process costs memory, so what a burst has opened is closed again.
const IDLE: Duration = Duration::from_secs(60);

/// The pools of an app.
pub(crate) struct Pools {
    pools: Mutex<HashMap<String, Arc<Pool>>>,
    tasks: TaskTracker,
    closed: CancellationToken,
}

struct Pool {
    config: Config,
    free: Arc<Semaphore>,
    /// The one used last is lent first: it is warm, and the others get old enough to be closed.
    idle: Mutex<Vec<(Session, Instant)>>,
}

/// A connection in a guest's hands.
pub struct Lease {
    session: Option<Session>,
    pool: Arc<Pool>,
    /// A call is under way. When it is dropped in the middle, nobody knows what the connection is doing.
    busy: bool,
    _permit: OwnedSemaphorePermit,
}

impl Pools {
    pub fn new(tasks: TaskTracker) -> Self {
        Self { pools: Mutex::default(), tasks, closed: CancellationToken::new() }
    }

    /// Ends every connection that is not lent, and the others when they come back.
    pub fn close(&self) {
        self.closed.cancel();
        self.pools.lock().expect("no holder panics").clear();
    }

    pub async fn lease(&self, address: String, config: Config) -> Result<Lease, String> {
        let pool = self.pool(address, config);
        let permit = match timeout(WAIT, pool.free.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(format!("no free connection within {} s", WAIT.as_secs())),
        };
        let session = match pool.reuse().await {
            Some(session) => session,
            None => connect::connect(&pool.config, &self.tasks).await?,
        };
        Ok(Lease { session: Some(session), pool, busy: false, _permit: permit })
    }

    fn pool(&self, address: String, config: Config) -> Arc<Pool> {
        let mut pools = self.pools.lock().expect("no holder panics");
        if let Some(pool) = pools.get(&address) {
            return pool.clone();
        }
        if pools.len() >= POOLS {
            // An app has one or two; one that makes up addresses loses the pooling, not the host's memory.
            pools.clear();
        }
        let pool = Arc::new(Pool { config, free: Arc::new(Semaphore::new(CONNECTIONS)), idle: Mutex::default() });
        if !self.closed.is_cancelled() {
            pools.insert(address, pool.clone());
            self.tasks.spawn(close_idle(Arc::downgrade(&pool), self.closed.clone()));
        }
        pool
    }
}

async fn close_idle(pool: Weak<Pool>, closed: CancellationToken) {
    loop {
        tokio::select! {
            () = sleep(IDLE / 4) => {}
            () = closed.cancelled() => return,
        }
        let Some(pool) = pool.upgrade() else { return };
        pool.idle.lock().expect("no holder panics").retain(|(_, since)| since.elapsed() < IDLE);
    }
}

impl Pool {
    /// A connection that was given back and still works.
    async fn reuse(&self) -> Option<Session> {
        loop {
            let (mut session, _) = self.idle.lock().expect("no holder panics").pop()?;
            if session.clean().await {
                return Some(session);
            }
        }
    }
}

impl Lease {
    pub async fn query(&mut self, statement: String, parameters: Vec<ParameterValue>) -> Result<RowSet, Error> {
        self.busy = true;
        let result = match &mut self.session {
            Some(session) => session.query(statement, parameters).await,
            None => Err(lost()),
        };
        self.busy = false;
        result
    }

    pub async fn execute(&mut self, statement: String, parameters: Vec<ParameterValue>) -> Result<u64, Error> {
        self.busy = true;
        let result = match &mut self.session {
            Some(session) => session.execute(statement, parameters).await,
            None => Err(lost()),
        };
        self.busy = false;
        result
    }
}

fn lost() -> Error {
    Error::ConnectionFailed("no connection found".into())
}

impl Drop for Lease {
    fn drop(&mut self) {
        match self.session.take() {
            Some(session) if self.busy => session.abandon(),
            Some(session) => self.pool.idle.lock().expect("no holder panics").push((session, Instant::now())),
            None => {}
        }
    }
}
