//! Client of the statements: a principal, and the context of the request that it belongs to.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use serde::Serialize;
use spin_sdk::pg4::{Connection, DbValue, ParameterValue};
use spin_sdk::variables;

use crate::reply::{Reply, Row};
use crate::{Fault, Principal, PublishLease, Quota, Refusal, Rows, Scope, Statement};

/// State of a request that replies of its calls leave behind.
#[derive(Debug, Default)]
pub struct Context(RefCell<State>);

#[derive(Debug, Default)]
struct State {
    has_reply: bool,
    quota: Option<Quota>,
    zone: Option<String>,
    is_session_extended: bool,
    leases: Vec<PublishLease>,
    seq: Option<String>,
    database_time: Duration,
}

impl Context {
    /// True if the database has replied to a call, which checks the identity of the caller.
    pub fn has_reply(&self) -> bool {
        self.0.borrow().has_reply
    }

    /// Forgets the replies about a caller, before the request is tried again with another credential.
    pub fn forget_caller(&self) {
        self.0.borrow_mut().has_reply = false;
    }

    /// Latest state of the tightest rate limit.
    pub fn quota(&self) -> Option<Quota> {
        self.0.borrow().quota.clone()
    }

    /// Name of the caller's time zone, if a principal asked for it.
    pub fn zone(&self) -> Option<String> {
        self.0.borrow().zone.clone()
    }

    /// True if a call has extended the session of the caller.
    pub fn is_session_extended(&self) -> bool {
        self.0.borrow().is_session_extended
    }

    /// Newest `seq` of the caller after a write.
    pub fn seq(&self) -> Option<String> {
        self.0.borrow().seq.clone()
    }

    /// Takes the publish leases that no publisher has taken yet.
    pub fn take_leases(&self) -> Vec<PublishLease> {
        std::mem::take(&mut self.0.borrow_mut().leases)
    }

    /// Time that the calls of this request have taken so far.
    pub fn database_time(&self) -> Duration {
        self.0.borrow().database_time
    }

    /// Keeps what a reply says besides its rows.
    fn absorb(&self, reply: &mut Reply) {
        let mut state = self.0.borrow_mut();
        state.has_reply = true;
        state.leases.append(&mut reply.leases);
        state.is_session_extended |= reply.is_session_extended;
        if reply.quota.is_some() {
            state.quota = reply.quota.take();
        }
        if reply.zone.is_some() {
            state.zone = reply.zone.take();
        }
        if reply.seq.is_some() {
            state.seq = reply.seq.take();
        }
    }
}

/// Client of the statements in the name of a principal.
#[derive(Clone, Debug)]
pub struct Client<'a> {
    /// Principal of every call.
    pub principal: Principal,
    context: &'a Context,
}

impl<'a> Client<'a> {
    /// A client whose replies are folded into that context.
    pub fn new(principal: Principal, context: &'a Context) -> Self {
        Self { principal, context }
    }

    /// Context of the request.
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// A client for what a write has to read before: it needs the scope of the write, not that of reading.
    pub fn before_write(&self) -> Self {
        let mut client = self.clone();
        client.principal.needs = Some(Scope::Write);
        client
    }

    /// Calls a statement and returns all rows of its body, for bodies with rows of several kinds.
    pub fn call(&self, statement: Statement, input: &impl Serialize) -> Result<Rows, Refusal> {
        let started = Instant::now();
        let rows = query(statement, &self.principal, input);
        self.context.0.borrow_mut().database_time += started.elapsed();
        let (mut reply, refusal) = Reply::read(statement.stem, rows?);
        self.context.absorb(&mut reply);
        refusal.map_or(Ok(reply.rows), Err)
    }

    /// Calls a statement and returns its rows of the kind `row`.
    pub fn rows(&self, statement: Statement, input: &impl Serialize) -> Result<Vec<String>, Refusal> {
        Ok(self.call(statement, input)?.all("row").collect())
    }

    /// Calls a statement and returns its only row. A body that returns none found nothing.
    pub fn one(&self, statement: Statement, input: &impl Serialize) -> Result<String, Refusal> {
        self.call(statement, input)?.require("row")
    }
}

fn query(statement: Statement, principal: &Principal, input: &impl Serialize) -> Result<Vec<Row>, Refusal> {
    let url = variables::get("db_url")
        .map_err(|error| Refusal::Fault(Fault::caused_by("the variable db_url cannot be read", error)))?;
    let call = format!("select kind, body from statements.{}($1, $2)", statement.installed_name());
    let parameters = [json(principal)?, json(input)?];
    let rows = Connection::open(&url)?.query(&call, &parameters)?.rows;
    rows.into_iter()
        .map(|row| match <[DbValue; 2]>::try_from(row) {
            Ok([DbValue::Str(kind), DbValue::Str(body)]) => Ok(Row { kind, body }),
            _ => Err(Refusal::fault(format!("{} returned a row without a kind or a body", statement.stem))),
        })
        .collect()
}

fn json(value: &impl Serialize) -> Result<ParameterValue, Refusal> {
    serde_json::to_vec(value)
        .map(ParameterValue::Jsonb)
        .map_err(|error| Refusal::Fault(Fault::caused_by("the input cannot be written", error)))
}
