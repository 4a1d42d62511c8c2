{{- /* Refuses values that do not fit together, and Secrets that are not there: all at once, and before anything is
       changed. The schema has refused what is wrong by itself. */ -}}
{{- define "taskflow.check" -}}
{{- $problems := include "taskflow.problems" . | trim -}}
{{- if $problems -}}
  {{- fail (printf "\n\nTaskFlow cannot be installed like this:\n%s\n" (regexReplaceAll "\n\n+" $problems "\n")) -}}
{{- end -}}
{{- end }}

{{- /* A line for each problem. */ -}}
{{- define "taskflow.problems" -}}
{{- $values := .Values }}
{{- $isProduction := eq $values.environment "production" }}
{{- $isKafka := eq $values.broker.kind "kafka" }}
{{- $functions := include "taskflow.functions" . | fromJson }}

{{- /* ── what nobody can guess ── */}}
{{ if not $values.publicUrl }}
- publicUrl is missing: the address at which people reach TaskFlow, as https://taskflow.example.com
{{ end }}
{{- range $name := list "functions" "taskflow" }}
{{ if not (index $values.images $name) }}
- images.{{ $name }} is missing: an image with its digest, as the release printed it
{{ end }}
{{- end }}
{{ if not $values.database.host }}
- database.host is missing: the server of the database
{{ end }}
{{- if ne $values.dapr.shape "none" }}
{{- range ternary (list "brokers" "authType") (list "redisHost" "enableTLS") $isKafka }}
{{ if not (hasKey $values.broker.metadata .) }}
- broker.metadata.{{ . }} is missing: where the broker is, and how to speak to it
{{ end }}
{{- end }}
{{- end }}

{{- /* ── the functions ── */}}
{{- range $name, $function := $functions }}
{{ if not (hasKey $values.functions $name) }}
- spin.toml has the function {{ $name }}, and `functions` in values.yaml does not: give it an entry; `{}` will do
{{ end }}
{{- range compact (list $name $function.canary) }}
{{ if gt (len .) 52 }}
- the function {{ . }} has a name of {{ len . }} characters; SpinKube makes no Deployment for more than 52
{{ end }}
{{- end }}
{{ if and $isProduction $function.isPublic (lt (int $function.replicas) 2) }}
- people reach the function {{ $name }}, so in production it has two replicas: set functions.{{ $name }}.replicas to 2
{{ end }}
{{- end }}
{{- range $name, $_ := $values.functions }}
{{ if not (hasKey $functions $name) }}
- `functions` names {{ $name }}, which spin.toml does not have: correct or remove it
{{ end }}
{{- end }}
{{- range $id, $_ := include "taskflow.appIds" . | fromJson }}
{{ if not (hasKey $functions $id) }}
- dapr/dapr.yaml has the app id {{ $id }}, and spin.toml has no function of this name to deliver to
{{ end }}
{{- end }}

{{- /* ── the canary ── */}}
{{ if and $values.canary.weight (not $values.canary.functions) }}
- canary.weight is {{ $values.canary.weight }}, and there is no canary: name its artefact in canary.functions, or set the weight to 0
{{ end }}
{{ if and $values.canary.functions (eq $values.canary.functions $values.images.functions) }}
- canary.functions is images.functions, which everybody gets already: set canary.functions to "" and canary.weight to 0
{{ end }}

{{- /* ── shapes that do not fit ── */}}
{{ if and (eq $values.dapr.shape "sidecar") (eq $values.executor "shim") }}
- dapr.shape is `sidecar` and executor is `shim`: the shim gives other containers of its pod no environment, so daprd
  would find no certificates and end. Use dapr.shape `shared`, or executor `spintainer`
{{ end }}
{{ if and (eq $values.dapr.shape "none") $values.verify.enabled }}
- dapr.shape is `none`, and the check after a release follows a task through Dapr: set verify.enabled to false
{{ end }}
{{- if eq $values.workload "Deployment" }}
{{ if and (eq $values.executor "spintainer") (not $values.images.spin) }}
- a Deployment with the executor `spintainer` runs Spin in a container: name its image in images.spin
{{ end }}
{{ if and (eq $values.executor "shim") (eq $values.database.tls "require") (not $values.caSecret) }}
- a Deployment with the executor `shim` knows no authorities, and could not verify the database: put a bundle into a
  Secret, and name it in caSecret
{{ end }}
{{- else }}
{{ if and $isProduction (semverCompare "<1.36.0-0" .Capabilities.KubeVersion.Version) }}
- on Kubernetes {{ .Capabilities.KubeVersion.Version }} a SpinApp drops requests whenever its pods are replaced, as nothing can make them wait:
  set workload to `Deployment`, or upgrade to 1.36
{{ end }}
{{- end }}
{{- $hosts := list }}
{{- range $values.issuers }}
{{- $hosts = append $hosts (urlParse .jwks).host | uniq }}
{{- end }}
{{ if gt (len $hosts) 3 }}
- the keys of `issuers` come from {{ len $hosts }} hosts; functions may reach three
{{ end }}
{{ if and (eq $values.autoscaling.by "keda") (not $isKafka) }}
- autoscaling.by is `keda`, which looks at how far consumers lag behind in Kafka, and the broker is Redis: use `hpa`
{{ end }}
{{ if and $values.gateway.create $values.gateway.namespace }}
- gateway.namespace is that of a Gateway that exists: leave it empty, or set gateway.create to false
{{ end }}

{{- /* ── what production refuses ── */}}
{{- if $isProduction }}
{{ if ne $values.database.tls "require" }}
- in production the database is reached by TLS: set database.tls to `require`
{{ end }}
{{- $metadata := $values.broker.metadata }}
{{ if or (eq "none" (toString $metadata.authType)) (eq "true" (toString $metadata.disableTls)) (eq "false" (toString $metadata.enableTLS)) }}
- in production the broker is reached by TLS: set broker.metadata.authType to `password` or `certificate` and leave
  disableTls out (Kafka), or set enableTLS to "true" (Redis)
{{ end }}
{{ if hasPrefix "http://" $values.publicUrl }}
- in production people come by https, and publicUrl is {{ $values.publicUrl }}
{{ end }}
{{- $images := dict "images.functions" $values.images.functions "images.taskflow" $values.images.taskflow
                    "canary.functions" $values.canary.functions }}
{{- range $name, $image := $images }}
{{ if and $image (not (contains "@sha256:" $image)) }}
- in production an image is named by its digest, and {{ $name }} is {{ $image }}
{{ end }}
{{- end }}
{{ if not $values.backup.enabled }}
- in production there is a backup: set backup.enabled to true
{{ end }}
{{- end }}

{{- /* ── what the cluster lacks. Every namespace has this account, so finding it means that there is a cluster ── */}}
{{- if lookup "v1" "ServiceAccount" .Release.Namespace "default" }}
{{- include "taskflow.missing" . }}
{{- end }}
{{- end }}

{{- define "taskflow.missing" -}}
{{- $root := . }}
{{- $values := .Values }}
{{- $here := .Release.Namespace }}
{{- range $name, $keys := include "taskflow.requiredSecrets" . | fromJson }}
{{- $secret := lookup "v1" "Secret" $here $name }}
{{- if not $secret }}
- the Secret {{ $name }} is missing in the namespace {{ $here }}: make it{{ with $keys }} with {{ join ", " . }}{{ end }}, as k8s/secrets.sh does
{{- else }}
{{- range $keys }}
{{ if not (hasKey ($secret.data | default dict) .) }}
- the Secret {{ $name }} in the namespace {{ $here }} lacks the key {{ . }}
{{ end }}
{{- end }}
{{- end }}
{{ end }}
{{- $knows := .Capabilities.APIVersions }}
{{- if eq $values.workload "SpinApp" }}
{{ if not ($knows.Has "core.spinkube.dev/v1alpha1/SpinApp") }}
- the cluster does not know SpinApps: run k8s/platform/install.sh first, or set workload to `Deployment`
{{ else if not (lookup "core.spinkube.dev/v1alpha1" "SpinAppExecutor" $here $values.executor) }}
- the SpinAppExecutor {{ $values.executor }} is missing in the namespace {{ $here }}: run k8s/platform/install.sh --namespace {{ $here }}
{{ end }}
{{- end }}
{{- /* A third release would drop the database's statements of the one that most requests still reach. */}}
{{- $isSpinApp := eq $values.workload "SpinApp" }}
{{- $version := ternary "core.spinkube.dev/v1alpha1" "apps/v1" $isSpinApp }}
{{- $kind := ternary "SpinApp" "Deployment" $isSpinApp }}
{{- $running := include "taskflow.artefact" (lookup $version $kind $here "ops") }}
{{- $canary := include "taskflow.artefact" (lookup $version $kind $here "ops-canary") }}
{{ if and $canary (not (and (has $values.images.functions (list $running $canary)) (has $values.canary.functions (list "" $canary)))) }}
- a canary is running, {{ $canary }}: end it by `helm rollback`, or release it to everybody, before you try another one
{{ end }}
{{- if ne $values.dapr.shape "none" }}
{{ if not ($knows.Has "dapr.io/v1alpha1/Component") }}
- the cluster does not know Dapr: run k8s/platform/install.sh first, or set dapr.shape to `none`
{{ end }}
{{- $secret := lookup "v1" "Secret" $here $values.secrets.postgres }}
{{- $connection := dig "data" "connectionString" "" $secret | b64dec }}
{{ if and (eq $values.environment "production") $connection (not (regexMatch "sslmode=verify-(full|ca)" $connection)) }}
- in production Dapr verifies the database too: put sslmode=verify-full into connectionString of the Secret {{ $values.secrets.postgres }}
{{ end }}
{{- end }}
{{ if and $values.monitoring.enabled (not ($knows.Has "monitoring.coreos.com/v1/ServiceMonitor")) }}
- the cluster has no Prometheus operator: run k8s/platform/install.sh --with monitoring, or set monitoring.enabled to false
{{ end }}
{{ if and (eq $values.autoscaling.by "keda") (not ($knows.Has "keda.sh/v1alpha1/ScaledObject")) }}
- the cluster has no KEDA: run k8s/platform/install.sh --with keda, or set autoscaling.by to `hpa`
{{ end }}
{{ if not ($knows.Has "gateway.networking.k8s.io/v1/HTTPRoute") }}
- the cluster does not know the Gateway API: run k8s/platform/install.sh first
{{ end }}
{{- end }}

{{- /* Artefact of the functions in a SpinApp or a Deployment that runs; empty if there is none. */ -}}
{{- define "taskflow.artefact" -}}
{{- $container := dig "spec" "template" "spec" "containers" (list dict) . | first -}}
{{- $argument := index (concat (index $container "args" | default list) (list "" "" "" "" "")) 4 -}}
{{- dig "spec" "image" "" . | default $argument | default (index $container "image") | default "" -}}
{{- end }}
