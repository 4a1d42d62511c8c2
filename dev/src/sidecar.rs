//! The sidecar of `cargo dev up`: Dapr's part, played by ourselves.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context;
use sidecar::{Sidecar, Tokens};

use crate::project;

/// Starts it at a port of this machine, 0 for any that is free, with its queues in that folder, and tells the functions where
/// it is. The tokens are new each time, unless the operator has set some.
pub async fn start(folder: &Path, port: u16, variables: &mut BTreeMap<String, String>) -> anyhow::Result<Sidecar> {
    let app = host::App::load(&project::manifest(), &BTreeMap::new())?;
    for name in ["app_api_token", "dapr_api_token"] {
        let set = app.variable(name).filter(|token| !token.is_empty()).map(str::to_owned);
        variables.insert(name.into(), set.unwrap_or_else(|| web::hex(&web::random::<32>())));
    }
    let tokens = Tokens { api: variables["dapr_api_token"].clone(), app: variables["app_api_token"].clone() };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let sidecar = Sidecar::start(&project::root().join("dapr"), folder, address, tokens)
        .await
        .context("the sidecar cannot start")?;
    variables.insert("dapr_host".into(), sidecar.address().ip().to_string());
    variables.insert("dapr_port".into(), sidecar.address().port().to_string());
    Ok(sidecar)
}
