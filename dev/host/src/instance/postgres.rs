//! `spin:postgres`: a guest holds a pooled connection for as long as it holds the handle.

use tokio_postgres::Config;
use tokio_postgres::config::Host as Server;
use wasmtime::component::Resource;

use crate::bindings::spin::postgres::postgres::{
    Connection, Error, Host, HostConnection, ParameterValue, RowSet,
};
use crate::instance::State;
use crate::postgres::{Lease, error_text};

impl Host for State {}

impl HostConnection for State {
    async fn open(&mut self, address: String) -> Result<Resource<Connection>, Error> {
        let config: Config = address.parse().map_err(|error| Error::ConnectionFailed(error_text(&error)))?;
        self.check_servers(&config).map_err(Error::ConnectionFailed)?;
        let lease = self.resources.pools.lease(address, config).await.map_err(Error::ConnectionFailed)?;
        let lease =
            self.table.push(lease).map_err(|_| Error::ConnectionFailed("too many connections".into()))?;
        Ok(Resource::new_own(lease.rep()))
    }

    async fn query(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<RowSet, Error> {
        self.lease(&connection).map_err(Error::ConnectionFailed)?.query(statement, parameters).await
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        self.lease(&connection).map_err(Error::ConnectionFailed)?.execute(statement, parameters).await
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(Resource::<Lease>::new_own(connection.rep()))?;
        Ok(())
    }
}

impl State {
    fn lease(&mut self, connection: &Resource<Connection>) -> Result<&mut Lease, String> {
        let lease = Resource::<Lease>::new_borrow(connection.rep());
        self.table.get_mut(&lease).map_err(|_| "no connection found".into())
    }

    /// Rejects an address unless every server in it is allowed, with its port.
    fn check_servers(&self, config: &Config) -> Result<(), String> {
        // Spin checks the names only, and an IP address that overrides a name would bypass that check.
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
            if !self.component.allowed_hosts.allow(&url, "postgres") {
                return Err(format!("address postgres://{url} is not permitted"));
            }
        }
        Ok(())
    }
}
