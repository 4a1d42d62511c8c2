//! OCI images without a container engine: a folder in OCI's image layout, from which `oras` copies images
//! into a registry.
//!
//! Layers depend on their content only, so the same programs have the same digests.

mod certificates;
mod container;
mod layout;
mod programs;
mod sbom;
mod spin_app;

pub use crate::container::{Container, File};
pub use crate::layout::{Descriptor, Layout};
pub use crate::programs::{host, taskflow};
pub use crate::sbom::{Package, attach_sbom, read_packages, sbom};
pub use crate::spin_app::add_spin_app;

/// Title, description and version of an image.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Name of the program.
    pub title: &'a str,
    /// One sentence.
    pub description: &'a str,
    /// Version of the program.
    pub version: &'a str,
}
