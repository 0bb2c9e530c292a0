//! What calls out, for every command that calls platforms.

use anyhow::Context as _;

use crate::{
    config::NetworkSettings,
    services::http::{Client, Options},
};

/// With the exceptions that the operator made.
///
/// # Errors
/// When a certificate or the proxy's address cannot be read.
pub fn client(network: &NetworkSettings) -> anyhow::Result<Client> {
    let ca_pem = match &network.ca_file {
        Some(path) => Some(std::fs::read(path).with_context(|| format!("cannot read `{}` (FERRY_CA_FILE)", path.display()))?),
        None => None,
    };
    let proxy = network.proxy.as_ref().map(|p| p.expose().to_owned());
    Ok(Client::new(&Options { allow_hosts: network.allow_hosts.clone(), ca_pem, proxy })?)
}
