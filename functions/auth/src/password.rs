//! Password hashing with Argon2id.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::Password;
use web::{Problem, Request};

use crate::permit::with_permit;

/// Returns Argon2id with the minimum parameters that OWASP recommends: 19 MiB, two passes, one lane.
fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(fault)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password with a permit. The result includes salt and parameters.
pub fn hash(request: &Request, password: &Password) -> Result<String, Problem> {
    with_permit(request, || compute(password))
}

fn compute(password: &Password) -> Result<String, Problem> {
    let salt = SaltString::encode_b64(&web::random::<16>()).map_err(fault)?;
    let hash = argon2()?.hash_password(password.reveal().as_bytes(), &salt).map_err(fault)?;
    Ok(hash.to_string())
}

/// Returns true if the password matches the hash, computed with a permit. Without a hash it takes equally
/// long, so that response times do not reveal which e-mail addresses have accounts.
pub fn verify(request: &Request, password: &Password, hash: Option<&str>) -> Result<bool, Problem> {
    with_permit(request, || {
        let Some(hash) = hash else {
            compute(password)?;
            return Ok(false);
        };
        let hash = PasswordHash::new(hash).map_err(fault)?;
        Ok(argon2()?.verify_password(password.reveal().as_bytes(), &hash).is_ok())
    })
}

fn fault(error: impl std::fmt::Display) -> Problem {
    Problem::fault(format!("Argon2: {error}"))
}
