//! `cargo dev images`: TaskFlow as OCI images in a folder, made without a container engine.

use std::collections::BTreeSet;
use std::env::consts::ARCH;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use images::{About, Layout, Package, attach_sbom, read_packages, sbom};
use serde_json::Value;

use crate::command::build;
use crate::programs;
use crate::project;
use crate::step::Step;
use crate::tools;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Crate whose list of trusted authorities is in the images.
const CERTIFICATES: &str = "webpki-root-certs";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Images to make [default: all]
    #[arg(value_enum)]
    images: Vec<Kind>,
    /// Registry to which they are copied, with a path if it has one, as registry.example.com/team
    #[arg(long, value_name = "REGISTRY")]
    push: Option<String>,
    /// Tag that they get there
    #[arg(long, default_value = VERSION, requires = "push")]
    tag: String,
}

/// An image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// The functions, as `spin registry push` lays them out
    App,
    /// The command of operators
    Taskflow,
    /// The embedded host, with the functions in it
    Host,
}

impl Kind {
    const ALL: [Self; 3] = [Self::App, Self::Taskflow, Self::Host];

    /// Name in the layout, and in a registry.
    fn name(self) -> &'static str {
        match self {
            Self::App => "taskflow-app",
            Self::Taskflow => "taskflow",
            Self::Host => "taskflow-host",
        }
    }

    fn about(self) -> About<'static> {
        let description = match self {
            Self::App => "A to-do system that people use by talking to it: its functions",
            Self::Taskflow => "The command of TaskFlow's operators: migrations, administrators, settings",
            Self::Host => "The functions of TaskFlow with a host for one machine",
        };
        About { title: self.name(), description, version: VERSION }
    }
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let kinds: &[Kind] = if arguments.images.is_empty() { &Kind::ALL } else { &arguments.images };
    let folder = project::target().join("images");
    make(kinds, &folder).await?;
    if let Some(registry) = &arguments.push {
        push(kinds, &folder, registry, &arguments.tag).await?;
    }
    Ok(())
}

/// Builds what is in the images, and writes them and their bills of materials.
async fn make(kinds: &[Kind], folder: &Path) -> anyhow::Result<()> {
    let with_functions = kinds.iter().any(|kind| *kind != Kind::Taskflow);
    if with_functions {
        build::functions(project::FUNCTIONS).await?;
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let mut layout = Layout::create(&layout_of(folder))?;
    let app = match with_functions {
        true => Some(images::add_spin_app(&mut layout, Kind::App.name(), &project::manifest())?),
        false => None,
    };
    for kind in kinds {
        let image = match (kind, &app) {
            (Kind::App, Some(app)) => app.clone(),
            (Kind::Taskflow, _) => {
                let program = build_program("taskflow").await?;
                images::taskflow(kind.about(), architecture()?, program).add_to(&mut layout, kind.name())?
            }
            (Kind::Host, Some(app)) => {
                let program = build_program("taskflow-host").await?;
                images::host(kind.about(), architecture()?, program, &project::manifest(), app)?
                    .add_to(&mut layout, kind.name())?
            }
            (_, None) => bail!("the functions were not built"),
        };
        let bill = bill_of_materials(*kind).await?;
        attach_sbom(&mut layout, &image, &bill)?;
        let file = folder.join(format!("{}.cdx.json", kind.name()));
        std::fs::write(&file, bill.to_string())
            .with_context(|| format!("cannot write {}", file.display()))?;
        println!("{}@{}", kind.name(), image.digest);
    }
    layout.finish()
}

/// Copies the images with their bills of materials into a registry. Credentials are those of `docker login`.
async fn push(kinds: &[Kind], folder: &Path, registry: &str, tag: &str) -> anyhow::Result<()> {
    let oras = programs::oras().await?.display().to_string();
    for kind in kinds {
        let from = format!("{}:{}", layout_of(folder).display(), kind.name());
        let to = format!("{}/{}:{tag}", registry.trim_end_matches('/'), kind.name());
        let step = Step::begin(&format!("copying {to}"));
        tools::output(&oras, &["cp", "--recursive", "--from-oci-layout", &from, &to]).await?;
        step.end("copied");
    }
    Ok(())
}

fn layout_of(folder: &Path) -> PathBuf {
    folder.join("layout")
}

/// Builds a program that is linked statically, and returns it.
async fn build_program(package: &str) -> anyhow::Result<Vec<u8>> {
    let target = target();
    let step = Step::begin(&format!("building {package} (the first time takes some minutes)"));
    let arguments = ["build", "--release", "--package", package, "--target", &target];
    tools::run("cargo", &arguments, [("RUSTC_WORKSPACE_WRAPPER", "")])
        .await
        .with_context(|| format!("if the target is missing, add it with `rustup target add {target}`"))?;
    step.end("built");
    let path = project::target().join(&target).join("release").join(package);
    std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Lists the crates in an image.
async fn bill_of_materials(kind: Kind) -> anyhow::Result<Value> {
    let target = target();
    let mut packages = BTreeSet::new();
    if kind != Kind::App {
        packages.append(&mut linked_crates(&target, &[kind.name()]).await?);
        packages.append(&mut linked_crates(&target, &[CERTIFICATES]).await?);
    }
    if kind != Kind::Taskflow {
        packages.append(&mut linked_crates("wasm32-wasip2", project::FUNCTIONS).await?);
    }
    Ok(sbom(kind.about(), &packages))
}

/// Returns the crates that are linked into packages. Those that only the compiler runs are not.
async fn linked_crates(target: &str, packages: &[&str]) -> anyhow::Result<BTreeSet<Package>> {
    let mut arguments = vec!["tree", "--locked", "--prefix", "none", "--format", "{p}|{l}"];
    arguments.extend(["--edges", "normal,no-proc-macro", "--target", target]);
    packages.iter().for_each(|package| arguments.extend(["--package", package]));
    let lock = project::root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    read_packages(&tools::output("cargo", &arguments).await?, &lock)
}

fn target() -> String {
    format!("{ARCH}-unknown-linux-musl")
}

/// Name of this machine's processor, for which programs are compiled, as Go and OCI have it.
fn architecture() -> anyhow::Result<&'static str> {
    match ARCH {
        "x86_64" => Ok("amd64"),
        "aarch64" => Ok("arm64"),
        other => bail!("images for {other} are not supported"),
    }
}
