//! Authorities whose certificates are trusted: Mozilla's list, of the version in Cargo.lock.

use pem::{EncodeConfig, LineEnding, Pem, encode_many_config};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// Path at which programs look for them, without a slash at the beginning.
pub const CERTIFICATES_PATH: &str = "etc/ssl/certs/ca-certificates.crt";

/// Returns the certificates as PEM.
pub fn certificates() -> Vec<u8> {
    let certificates: Vec<Pem> = TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|certificate| Pem::new("CERTIFICATE", certificate.as_ref()))
        .collect();
    encode_many_config(&certificates, EncodeConfig::new().set_line_ending(LineEnding::LF)).into_bytes()
}
