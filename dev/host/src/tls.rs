//! TLS for outgoing connections, with the root certificates of the system or of `SSL_CERT_FILE`, as in Spin.

use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// Returns the configuration of TLS clients. It names its cryptography, because another crate may enable a
/// second provider, and `rustls` does not choose between two.
pub fn client_config() -> ClientConfig {
    static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
    let create = || {
        let mut roots = RootCertStore::empty();
        // Certificates that cannot be parsed are skipped.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider supports the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth()
    };
    CONFIG.get_or_init(create).clone()
}
