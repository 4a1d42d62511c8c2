//! The understanding of sentences as Wasm for browsers: `language.mjs` writes a request into the memory of
//! the module, calls `understand`, and reads the response.
//!
//! The module has no data of time zones. The browser knows them, so the request has the offsets of the user's
//! zone around now.

mod request;
mod response;
mod zone;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Request and then response. A module has one thread, so nothing ever waits.
static BUFFER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn buffer() -> MutexGuard<'static, Vec<u8>> {
    BUFFER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the buffer as long as a request, and returns its address.
#[allow(unsafe_code, reason = "the name of an export")]
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    let mut buffer = buffer();
    buffer.clear();
    buffer.resize(length, 0);
    buffer.as_mut_ptr()
}

/// Replaces the request in the buffer by its response, and returns the length: 0 if the request is broken.
#[allow(unsafe_code, reason = "the name of an export")]
#[unsafe(no_mangle)]
pub extern "C" fn understand() -> usize {
    let mut buffer = buffer();
    let mut response = String::new();
    if let Some(understood) = std::str::from_utf8(&buffer).ok().and_then(request::answer) {
        response::write(&understood, &mut response);
    }
    *buffer = response.into_bytes();
    buffer.len()
}

/// Returns the address of the buffer.
#[allow(unsafe_code, reason = "the name of an export")]
#[unsafe(no_mangle)]
pub extern "C" fn address() -> *const u8 {
    buffer().as_ptr()
}
