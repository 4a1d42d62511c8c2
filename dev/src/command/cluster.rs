//! `cargo dev cluster`: the chart of k8s/, by what it renders, and on a real API server.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::files;
use crate::programs::go_program;
use crate::project;
use crate::step::Step;
use crate::tools;

const HELM: &str = "helm.sh/helm/v3/cmd/helm@v3.22.0";
const KUBECONFORM: &str = "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0";
/// The three newest minors of Kubernetes, with the release from which the schemas of each are.
const MINORS: [(&str, &str); 3] = [("v1.37.0", "v1.37.2"), ("v1.36.0", "v1.36.3"), ("v1.35.0", "v1.35.4")];

/// Release of the API server, as `k8s/verify/kubernetes/go.mod` has it.
const SERVER: &str = "v1.36.3";
/// Versions of the programs of a real API server.
const KUBERNETES: &str = include_str!("../../../k8s/verify/kubernetes/go.sum");
const PROGRAMS: [&str; 6] = [
    "go.etcd.io/etcd/server/v3",
    "k8s.io/kubernetes/cmd/kube-apiserver",
    "k8s.io/kubernetes/cmd/kube-controller-manager",
    "k8s.io/kubernetes/cmd/kube-scheduler",
    "k8s.io/kubernetes/cmd/kubectl",
    "sigs.k8s.io/kwok/cmd/kwok",
];

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Also install, upgrade, roll back and uninstall the chart on a real API server, which is built once
    #[arg(long)]
    api_server: bool,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let tools = install().await?;
    tools.lint().await?;
    tools.test(".", &[]).await?;
    if arguments.api_server {
        match kubernetes().await? {
            Some(programs) => {
                let environment = [("KUBERNETES", programs), ("CRDS", definitions())];
                tools.test("./apiserver", &environment).await?;
            }
            None => eprintln!("  so the chart is not installed on a real API server either"),
        }
    }
    Ok(())
}

/// Programs and schemas that the checks need.
pub struct Tools {
    helm: PathBuf,
    kubeconform: PathBuf,
    schemas: PathBuf,
    /// Folder of shellcheck and yamllint.
    linters: PathBuf,
}

/// Installs what is missing.
pub async fn install() -> anyhow::Result<Tools> {
    let linters = project::target().join("cluster/linters");
    let requirements = project::root().join("k8s/verify/requirements.txt");
    tools::install_python("shellcheck and yamllint", &linters, &requirements).await?;
    Ok(Tools {
        helm: go_program("helm", HELM).await?,
        kubeconform: go_program("kubeconform", KUBECONFORM).await?,
        schemas: schemas().await?,
        linters: linters.join("bin"),
    })
}

impl Tools {
    async fn lint(&self) -> anyhow::Result<()> {
        let k8s = project::root().join("k8s");
        let scripts: Vec<String> = files::find_below(&k8s, &["sh"])?.iter().map(|path| text(path)).collect();
        let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
        let nothing = [] as [(&str, &str); 0];
        tools::run(&text(&self.linters.join("shellcheck")), &scripts, nothing).await?;
        let settings = text(&k8s.join("verify/yamllint.yaml"));
        let arguments = ["--strict", "--config-file", &settings, "k8s"];
        tools::run(&text(&self.linters.join("yamllint")), &arguments, nothing).await
    }

    /// Runs the tests of a package of k8s/verify.
    async fn test(&self, package: &str, more: &[(&str, PathBuf)]) -> anyhow::Result<()> {
        let environment =
            [("HELM", &self.helm), ("KUBECONFORM", &self.kubeconform), ("SCHEMAS", &self.schemas)];
        let environment = environment.into_iter().chain(more.iter().map(|(name, path)| (*name, path)));
        let arguments = ["-C", "k8s/verify", "test", "-count=1", "-timeout=20m", package];
        tools::run("go", &arguments, environment).await.context("the chart does not pass its tests")
    }
}

/// Returns the folder of the programs of a real API server, which are built once per user. `None` without the
/// definitions of custom resources: such a server would not know half of what the chart has.
async fn kubernetes() -> anyhow::Result<Option<PathBuf>> {
    if !definitions().exists() {
        return Ok(None);
    }
    let folder = files::cache_folder()?.join(format!("kubernetes-{:016x}", frames::checksum(KUBERNETES)));
    if !folder.exists() {
        let step = Step::begin("building an API server of Kubernetes 1.36 (once, takes some minutes)");
        files::create_once(&folder, async |path| {
            std::fs::create_dir_all(path).with_context(|| format!("cannot create {}", path.display()))?;
            // A folder is named by its end. The server tells Helm its version.
            let output = format!("{}/", path.display());
            let flags = format!("-ldflags=-s -w -X k8s.io/component-base/version.gitVersion={SERVER}");
            let mut arguments =
                vec!["-C", "k8s/verify/kubernetes", "build", "-trimpath", &flags, "-o", &output];
            arguments.extend(PROGRAMS);
            tools::run("go", &arguments, [("CGO_ENABLED", "0")]).await
        })
        .await?;
        step.end(&format!("kept in {}", folder.display()));
    }
    Ok(Some(folder))
}

/// Makes the JSON schemas of all kinds, and returns their folder.
async fn schemas() -> anyhow::Result<PathBuf> {
    let folder = project::target().join("cluster/schemas");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let definitions = definitions();
    if !definitions.exists() {
        let path = definitions.display();
        eprintln!(
            "  {path} is not there, so what SpinKube, Dapr and others define is not checked: TASKFLOW_CRDS names \
             a folder with a folder of definitions for each of them"
        );
    }
    let (output, definitions) = (text(&folder), text(&definitions));
    let mut arguments = vec!["-C".to_owned(), "k8s/verify".into(), "run".into(), "./schemas".into()];
    arguments.extend([output, definitions]);
    for (minor, release) in MINORS {
        arguments.push(format!("{minor}={}", text(&swagger(release).await?)));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    tools::run("go", &arguments, [] as [(&str, &str); 0]).await?;
    Ok(folder)
}

/// Folder of the definitions of custom resources, which the project does not have.
fn definitions() -> PathBuf {
    std::env::var_os("TASKFLOW_CRDS").map_or_else(|| project::root().join("../shared/crds"), PathBuf::from)
}

/// Returns the description of a release's API, which its Go module has. Only that file is kept of the module.
async fn swagger(release: &str) -> anyhow::Result<PathBuf> {
    let file = files::cache_folder()?.join(format!("kubernetes-{release}.json"));
    if file.exists() {
        return Ok(file);
    }
    let step = Step::begin(&format!("downloading the API of Kubernetes {release} (once)"));
    let modules = project::target().join("cluster/modules");
    let environment = [("GOMODCACHE", text(&modules)), ("GOFLAGS", "-modcacherw".to_owned())];
    let module = format!("k8s.io/kubernetes@{release}");
    let downloaded = tools::output_with("go", &["mod", "download", "-json", &module], environment).await?;
    let described: Value = serde_json::from_str(&downloaded).context("go does not describe the module")?;
    let folder = described["Dir"].as_str().context("go does not say where the module is")?;
    let swagger = Path::new(folder).join("api/openapi-spec/swagger.json");
    ensure!(swagger.exists(), "{} is missing in the module", swagger.display());
    files::create_once(&file, async |path| Ok(std::fs::copy(&swagger, path).map(drop)?)).await?;
    std::fs::remove_dir_all(&modules).with_context(|| format!("cannot remove {}", modules.display()))?;
    step.end(&format!("kept as {}", file.display()));
    Ok(file)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
