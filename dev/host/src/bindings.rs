//! The interfaces of `wit/`, as Rust.
#![allow(missing_docs, reason = "the interfaces are documented in their own files")]

wasmtime::component::bindgen!({
    path: "wit",
    world: "functions",
    imports: { default: async },
});
