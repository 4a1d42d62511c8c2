//! Pools of at most 64 connections for each connection string, as in Spin. A connection returns to its pool
//! when its lease is dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_postgres::Config;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bindings::spin::postgres::postgres::{Error, ParameterValue, QueryError, RowSet};
use crate::postgres::connect::open_session;
use crate::postgres::session::Session;
use crate::postgres::watch::{SILENT, Watch};

const MAX_CONNECTIONS: usize = 64;
/// Connections that are opened at the same time. If a burst opened dozens, a slow server would take seconds for
/// them, while the connections that it already has are soon free again.
const MAX_OPENING: usize = 4;
/// Connection strings that have a pool.
const MAX_POOLS: usize = 16;
/// Time to wait for a free connection. Spin waits without limit; with an error, a guest can respond with 503.
const LEASE_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections opened in a burst are closed again, because each takes a server process.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Connection pools of an app.
pub struct Pools {
    pools: Mutex<HashMap<String, Arc<Pool>>>,
    tasks: TaskTracker,
    closed: CancellationToken,
}

struct Pool {
    config: Config,
    free: Arc<Semaphore>,
    opening: Semaphore,
    /// Sessions with the time of their return. The newest is leased first, so that the others reach their
    /// idle timeout.
    idle: Mutex<Vec<(Session, Instant)>>,
    /// Notifies one of those who wait until they may open a connection that another is idle.
    returned: Notify,
    watch: Watch,
    /// Notifies those who wait for a connection that the server is silent.
    silence: Notify,
}

/// A connection leased to a guest.
pub struct Lease {
    session: Option<Session>,
    pool: Arc<Pool>,
    /// True during a call. A connection whose call was dropped is in an unknown state.
    is_busy: bool,
    _permit: OwnedSemaphorePermit,
}

impl Pools {
    pub fn new(tasks: TaskTracker) -> Self {
        Self { pools: Mutex::default(), tasks, closed: CancellationToken::new() }
    }

    /// Closes idle connections now and leased ones when they are returned.
    pub fn close(&self) {
        self.closed.cancel();
        self.pools.lock().expect("the lock is not poisoned").clear();
    }

    /// Leases an idle connection, or opens one.
    pub async fn lease(&self, address: String, config: Config) -> Result<Lease, String> {
        let pool = self.pool(address, config);
        let acquired = tokio::select! {
            biased;
            () = pool.silence.notified() => return Err(SILENT.into()),
            acquired = timeout(LEASE_TIMEOUT, pool.acquire(&self.tasks)) => acquired,
        };
        let Ok(acquired) = acquired else {
            return Err(format!("no free connection within {} s", LEASE_TIMEOUT.as_secs()));
        };
        let (permit, session) = acquired?;
        Ok(Lease { session: Some(session), pool, is_busy: false, _permit: permit })
    }

    fn pool(&self, address: String, config: Config) -> Arc<Pool> {
        let mut pools = self.pools.lock().expect("the lock is not poisoned");
        if let Some(pool) = pools.get(&address) {
            return pool.clone();
        }
        if pools.len() >= MAX_POOLS {
            // An app has one or two. An app that generates addresses loses pooling, instead of filling the
            // host's memory.
            pools.clear();
        }
        let pool = Arc::new(Pool {
            config,
            free: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            opening: Semaphore::new(MAX_OPENING),
            idle: Mutex::default(),
            returned: Notify::new(),
            watch: Watch::new(),
            silence: Notify::new(),
        });
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
            () = sleep(IDLE_TIMEOUT / 4) => {}
            () = closed.cancelled() => return,
        }
        let Some(pool) = pool.upgrade() else { return };
        pool.idle
            .lock()
            .expect("the lock is not poisoned")
            .retain(|(_, since)| since.elapsed() < IDLE_TIMEOUT);
    }
}

impl Pool {
    /// Waits until the pool has a connection to spare, and takes one that is idle, or opens one.
    async fn acquire(&self, tasks: &TaskTracker) -> Result<(OwnedSemaphorePermit, Session), String> {
        let permit = self.free.clone().acquire_owned().await.map_err(|error| error.to_string())?;
        let _opening = loop {
            if let Some(session) = self.reuse().await {
                return Ok((permit, session));
            }
            tokio::select! {
                biased;
                () = self.returned.notified() => {}
                opening = self.opening.acquire() => break opening,
            }
        };
        let Some(opened) = self.watch.run(&self.config, open_session(&self.config, tasks)).await else {
            self.silence.notify_waiters();
            return Err(SILENT.into());
        };
        Ok((permit, opened?))
    }

    /// Takes an idle connection that still works.
    async fn reuse(&self) -> Option<Session> {
        loop {
            let (mut session, _) = self.idle.lock().expect("the lock is not poisoned").pop()?;
            if session.reset().await {
                return Some(session);
            }
            session.abandon();
        }
    }
}

impl Lease {
    pub async fn query(
        &mut self,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<RowSet, Error> {
        self.is_busy = true;
        let result = match &mut self.session {
            Some(session) => {
                self.pool.watch.run(&self.pool.config, session.query(statement, parameters)).await
            }
            None => Some(Err(no_connection())),
        };
        self.finish(result.is_none());
        result.unwrap_or(Err(silent()))
    }

    pub async fn execute(
        &mut self,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        self.is_busy = true;
        let result = match &mut self.session {
            Some(session) => {
                self.pool.watch.run(&self.pool.config, session.execute(statement, parameters)).await
            }
            None => Some(Err(no_connection())),
        };
        self.finish(result.is_none());
        result.unwrap_or(Err(silent()))
    }

    /// Ends a call. If the server was silent, its connection is closed, and nobody waits for it any longer.
    fn finish(&mut self, was_silent: bool) {
        self.is_busy = false;
        if was_silent {
            self.pool.silence.notify_waiters();
            if let Some(session) = self.session.take() {
                session.abandon();
            }
        }
    }
}

fn silent() -> Error {
    Error::QueryFailed(QueryError::Text(SILENT.into()))
}

fn no_connection() -> Error {
    Error::ConnectionFailed("no connection found".into())
}

impl Drop for Lease {
    fn drop(&mut self) {
        match self.session.take() {
            Some(session) if self.is_busy => session.abandon(),
            Some(session) => {
                self.pool.idle.lock().expect("the lock is not poisoned").push((session, Instant::now()));
                self.pool.returned.notify_one();
            }
            None => {}
        }
    }
}
