//! `spin:postgres`: connections of a pool, lent to a guest for as long as it holds the handle.

mod connect;
mod error;
mod json;
mod numbers;
mod parameters;
mod pool;
mod results;
mod session;
mod statement;

use anyhow::Result;
use tokio_postgres::{Config, config::Host as Server};
use wasmtime::component::Resource;

pub use connect::client as connect;
pub(crate) use pool::Pools;
// The generated bindings re-export it, for which it has to be public in this private module.
pub use pool::Lease as Connection;

use crate::{
    bindings::spin::postgres::postgres::{Error, Host, HostConnection, ParameterValue, RowSet},
    engine::State,
};

impl Host for State {}

impl HostConnection for State {
    async fn open(&mut self, address: String) -> Result<Resource<Connection>, Error> {
        let config: Config = address.parse().map_err(|error| Error::ConnectionFailed(error::display(&error)))?;
        self.check(&config).map_err(Error::ConnectionFailed)?;
        let lease = self.app.pools.lease(address, config).await.map_err(Error::ConnectionFailed)?;
        self.table.push(lease).map_err(|_| Error::ConnectionFailed("too many connections".into()))
    }

    async fn query(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<RowSet, Error> {
        self.connection(&connection).map_err(Error::ConnectionFailed)?.query(statement, parameters).await
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        self.connection(&connection).map_err(Error::ConnectionFailed)?.execute(statement, parameters).await
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl State {
    fn connection(&mut self, connection: &Resource<Connection>) -> Result<&mut Connection, String> {
        self.table.get_mut(connection).map_err(|_| "no connection found".into())
    }

    /// Every server that the address names must be listed, with its port.
    fn check(&self, config: &Config) -> Result<(), String> {
        // Spin looks at the names alone; an address that overrides them would lead around the list.
        if !config.get_hostaddrs().is_empty() {
            return Err("hostaddr is not supported".into());
        }
        for (index, server) in config.get_hosts().iter().enumerate() {
            let Server::Tcp(host) = server else {
                return Err("Unix sockets are not supported on WebAssembly".into());
            };
            let ports = config.get_ports();
            let url = match ports.get(index).or(ports.first()) {
                Some(port) => format!("{host}:{port}"),
                None => host.clone(),
            };
            if !self.component.allowed.allow(&url, "postgres") {
                return Err(format!("address postgres://{url} is not permitted"));
            }
        }
        Ok(())
    }
}
