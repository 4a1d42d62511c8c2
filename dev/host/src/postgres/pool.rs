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
use crate::postgres::watch::{SILENT, watch};

const MAX_CONNECTIONS: usize = 64;
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
    /// Sessions with the time of their return. The newest is leased first, so that the others reach their
    /// idle timeout.
    idle: Mutex<Vec<(Session, Instant)>>,
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
        let permit = tokio::select! {
            biased;
            () = pool.silence.notified() => return Err(SILENT.into()),
            permit = timeout(LEASE_TIMEOUT, pool.free.clone().acquire_owned()) => permit,
        };
        let Ok(Ok(permit)) = permit else {
            return Err(format!("no free connection within {} s", LEASE_TIMEOUT.as_secs()));
        };
        let session = match pool.reuse().await {
            Some(session) => session,
            None => match watch(&pool.config, open_session(&pool.config, &self.tasks)).await {
                Some(opened) => opened?,
                None => {
                    pool.silence.notify_waiters();
                    return Err(SILENT.into());
                }
            },
        };
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
            idle: Mutex::default(),
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
            Some(session) => watch(&self.pool.config, session.query(statement, parameters)).await,
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
            Some(session) => watch(&self.pool.config, session.execute(statement, parameters)).await,
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
                self.pool.idle.lock().expect("the lock is not poisoned").push((session, Instant::now()))
            }
            None => {}
        }
    }
}
