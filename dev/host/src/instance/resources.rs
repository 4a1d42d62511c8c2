//! Resources that all instances of an app share.

use std::net::SocketAddr;

use crate::http_client::HttpClient;
use crate::logs::Logs;
use crate::postgres::Pools;

pub struct Resources {
    pub logs: Logs,
    pub pools: Pools,
    pub http_client: HttpClient,
    /// Address of the app itself.
    pub address: SocketAddr,
    /// Bytes of linear memory of an instance.
    pub memory_limit: usize,
}
