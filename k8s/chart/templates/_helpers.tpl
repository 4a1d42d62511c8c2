{{- /* Facts that several files need, as JSON, since a template returns text. */ -}}

{{- /* Labels of every object. The component is what network policies and disruption budgets select. */ -}}
{{- define "taskflow.labels" -}}
app.kubernetes.io/part-of: taskflow
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* Functions of spin.toml by name: public routes, variables that they use, and values of this chart.
       A route below /internal is only for Dapr and for GRIP proxies, and `/metrics` only for Prometheus. */ -}}
{{- define "taskflow.functions" -}}
{{- $root := . -}}
{{- $manifest := fromToml (.Files.Get "spin.toml") -}}
{{- $ids := include "taskflow.appIds" . | fromJson -}}
{{- $functions := dict -}}
{{- range $name, $component := $manifest.component -}}
  {{- $routes := list -}}
  {{- range $manifest.trigger.http -}}
    {{- if and (eq .component $name) (kindIs "string" .route) (not (hasPrefix "/internal" .route)) -}}
      {{- $routes = append $routes .route -}}
    {{- end -}}
  {{- end -}}
  {{- $text := printf "%s %s" (toJson $component.variables) (toJson $component.allowed_outbound_hosts) -}}
  {{- $variables := list -}}
  {{- range regexFindAll "[{]{2} *[a-z0-9_]+ *[}]{2}" $text -1 | uniq | sortAlpha -}}
    {{- $variables = append $variables (. | trimAll "{} ") -}}
  {{- end -}}
  {{- $own := index $root.Values.functions $name | default dict -}}
  {{- $settings := mustMergeOverwrite (deepCopy $root.Values.functionDefaults) (deepCopy $own) -}}
  {{- $appId := ternary $name "tasks" (or (eq $root.Values.dapr.shape "sidecar") (hasKey $ids $name)) -}}
  {{- $facts := dict "routes" $routes "variables" $variables "appId" $appId "isPublic" (gt (len $routes) 0) -}}
  {{- /* A sidecar in the pods of a consumer is scaled with them, by its lag: see dapr.yaml. */ -}}
  {{- $consumer := index $ids $name | default (dict "topics" list "hasCron" false) -}}
  {{- $isByLag := and (eq $root.Values.autoscaling.by "keda") (eq $root.Values.dapr.shape "sidecar")
                      $consumer.topics (not $consumer.hasCron) -}}
  {{- $_ := set $facts "isByLag" (not (not $isByLag)) -}}
  {{- $_ := set $facts "isScaled" (or $facts.isByLag
                                      (and (ne $root.Values.autoscaling.by "none")
                                           (gt (int $settings.maxReplicas) (int $settings.replicas)))) -}}
  {{- /* The Service to which a gateway sends its requests. */ -}}
  {{- $_ := set $facts "service" (ternary "streams" $name (and (eq $name "realtime") $root.Values.pushpin.enabled)) -}}
  {{- /* Only where a gateway can divide requests: Dapr delivers to the release that runs, and so does Pushpin. */ -}}
  {{- $isDivided := and $root.Values.canary.functions $facts.isPublic (eq $facts.service $name) -}}
  {{- $_ := set $facts "canary" (ternary (printf "%s-canary" $name) "" (not (not $isDivided))) -}}
  {{- $_ := set $functions $name (mustMerge $facts $settings) -}}
{{- end -}}
{{- toJson $functions -}}
{{- end }}

{{- /* What runs of the functions, by name: each one, and beside it the canary if there is one. */ -}}
{{- define "taskflow.workloads" -}}
{{- $canary := .Values.canary -}}
{{- $isScaling := ne .Values.autoscaling.by "none" -}}
{{- $images := .Values.images -}}
{{- $workloads := dict -}}
{{- range $name, $function := include "taskflow.functions" . | fromJson -}}
  {{- $_ := set $function "component" $name -}}
  {{- $_ := set $function "image" $images.functions -}}
  {{- $_ := set $function "spin" $images.spin -}}
  {{- $_ := set $workloads $name $function -}}
  {{- if $function.canary -}}
    {{- $second := deepCopy $function -}}
    {{- $_ := set $second "image" $canary.functions -}}
    {{- $_ := set $second "spin" ($canary.spin | default $images.spin) -}}
    {{- /* As many as it needs for its share, rounded up. */ -}}
    {{- range $member := list "replicas" "maxReplicas" -}}
      {{- $_ := set $second $member (div (add (mul (index $function $member) $canary.weight) 99) 100 | max 1) -}}
    {{- end -}}
    {{- $_ := set $second "isByLag" false -}}
    {{- $_ := set $second "isScaled" (and $isScaling (gt (int $second.maxReplicas) (int $second.replicas))) -}}
    {{- $_ := set $workloads $function.canary $second -}}
  {{- end -}}
{{- end -}}
{{- toJson $workloads -}}
{{- end }}

{{- /* App ids of dapr/dapr.yaml: topics that each consumes, Secrets that its components need, and whether one of
       its components is a cron binding. A component or a subscription without scopes is for all. */ -}}
{{- define "taskflow.appIds" -}}
{{- $root := . -}}
{{- $ids := dict -}}
{{- if eq .Values.dapr.shape "sidecar" -}}
  {{- /* Every function has a sidecar of its own then. */ -}}
  {{- range $name, $_ := (fromToml (.Files.Get "spin.toml")).component -}}
    {{- $_ := set $ids $name (dict "topics" list "secrets" list "hasCron" false) -}}
  {{- end -}}
{{- end -}}
{{- range (fromYaml (.Files.Get "dapr/dapr.yaml")).apps -}}
  {{- $_ := set $ids .appID (dict "topics" list "secrets" list "hasCron" false) -}}
{{- end -}}
{{- range $resource := (include "taskflow.daprResources" . | fromJsonArray) -}}
  {{- range $id, $facts := $ids -}}
    {{- if has $id ($resource.scopes | default (keys $ids)) -}}
      {{- if eq $resource.kind "Subscription" -}}
        {{- $_ := set $facts "topics" (append $facts.topics $resource.spec.topic) -}}
      {{- else if eq $resource.kind "Component" -}}
        {{- range $resource.spec.metadata -}}
          {{- with .secretKeyRef -}}
            {{- $_ := set $facts "secrets" (append $facts.secrets .name | uniq | sortAlpha) -}}
          {{- end -}}
        {{- end -}}
        {{- if eq $resource.spec.type "bindings.cron" -}}
          {{- $_ := set $facts "hasCron" true -}}
        {{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $ids -}}
{{- end }}

{{- /* Resources of dapr/, with addresses, credentials, namespace and secret store of this cluster. */ -}}
{{- define "taskflow.daprResources" -}}
{{- $root := . -}}
{{- $broker := .Values.broker -}}
{{- $resources := list -}}
{{- $brokerFiles := printf "dapr/brokers/%s/*.yaml" $broker.kind -}}
{{- $files := list "dapr/resiliency.yaml" "dapr/config.yaml" -}}
{{- range $glob := list "dapr/components/*.yaml" $brokerFiles "dapr/subscriptions/*.yaml" -}}
  {{- range $path, $_ := $root.Files.Glob $glob -}}
    {{- $files = append $files $path -}}
  {{- end -}}
{{- end -}}
{{- range $path := $files -}}
  {{- range splitList "\n---\n" ($root.Files.Get $path) -}}
    {{- $resource := fromYaml . -}}
    {{- if hasKey $resource "Error" -}}
      {{- fail (printf "%s: %s" $path $resource.Error) -}}
    {{- end -}}
    {{- $type := dig "spec" "type" "" $resource -}}
    {{- if eq $type "secretstores.local.file" -}}
      {{- /* Kubernetes' own secrets, with the same names and keys. */ -}}
      {{- $_ := set $resource.spec "type" "secretstores.kubernetes" -}}
      {{- $_ := set $resource.spec "metadata" list -}}
    {{- else if hasPrefix "pubsub." $type -}}
      {{- /* Of this kind of broker only: values of the other one may come from a file below. */ -}}
      {{- $given := pick $broker.metadata "redisHost" "enableTLS" -}}
      {{- $others := "sasl" -}}
      {{- if eq $broker.kind "kafka" -}}
        {{- $given = pick $broker.metadata "brokers" "authType" "saslMechanism" "disableTls" -}}
        {{- $others = "redis" -}}
      {{- end -}}
      {{- $metadata := list -}}
      {{- range $resource.spec.metadata -}}
        {{- if not (or (hasKey $given .name) (has .name $broker.secretMetadata) (hasKey . "secretKeyRef")) -}}
          {{- $metadata = append $metadata . -}}
        {{- end -}}
      {{- end -}}
      {{- range $name, $value := $given -}}
        {{- $metadata = append $metadata (dict "name" $name "value" (toString $value)) -}}
      {{- end -}}
      {{- range $broker.secretMetadata -}}
        {{- if not (hasPrefix $others .) -}}
          {{- $metadata = append $metadata (dict "name" . "secretKeyRef" (dict "name" $broker.kind "key" .)) -}}
        {{- end -}}
      {{- end -}}
      {{- $_ := set $resource.spec "metadata" $metadata -}}
    {{- else if eq $resource.kind "Configuration" -}}
      {{- $access := dig "spec" "accessControl" dict $resource -}}
      {{- $_ := set $access "trustDomain" $root.Values.dapr.trustDomain -}}
      {{- if eq $root.Values.dapr.shape "sidecar" -}}
        {{- /* There are sidecars that the policies do not name, and all of them are authenticated. */ -}}
        {{- $_ := set $access "defaultAction" "deny" -}}
      {{- end -}}
      {{- range $access.policies -}}
        {{- $_ := set . "trustDomain" $root.Values.dapr.trustDomain -}}
        {{- $_ := set . "namespace" $root.Release.Namespace -}}
      {{- end -}}
      {{- with $root.Values.dapr.otlpEndpoint -}}
        {{- $otel := dict "endpointAddress" (. | trimPrefix "http://" | trimPrefix "https://") "protocol" "http" -}}
        {{- $_ := set $otel "isSecure" (hasPrefix "https://" .) -}}
        {{- $_ := set $resource.spec.tracing "otel" $otel -}}
      {{- end -}}
    {{- end -}}
    {{- range dig "spec" "metadata" list $resource -}}
      {{- with .secretKeyRef -}}
        {{- $_ := set . "name" (index $root.Values.secrets .name | default .name) -}}
      {{- end -}}
    {{- end -}}
    {{- $_ := set $resource.metadata "labels" (include "taskflow.labels" $root | fromYaml) -}}
    {{- $resources = append $resources $resource -}}
  {{- end -}}
{{- end -}}
{{- toJson $resources -}}
{{- end }}

{{- /* Value of each variable of spin.toml that is not secret, for the function `name` (of `root`, `function`). */ -}}
{{- define "taskflow.variables" -}}
{{- $values := .root.Values -}}
{{- $defaults := (fromToml (.root.Files.Get "spin.toml")).variables -}}
{{- $daprHost := printf "dapr-%s" .function.appId -}}
{{- if ne $values.dapr.shape "shared" -}}
  {{- $daprHost = "127.0.0.1" -}}
{{- end -}}
{{- $isHeld := and $values.pushpin.enabled (eq .name "realtime") -}}
{{- $variables := dict
      "db_host" $values.database.host
      "db_port" $values.database.port
      "db_name" $values.database.name
      "db_tls" $values.database.tls
      "dapr_host" $daprHost
      "dapr_port" "3500"
      "trusted_proxy" (add $values.gateway.proxies (ternary 1 0 $isHeld))
      "public_url" $values.publicUrl
      "issuers" (toJson $values.issuers)
      "grip_issuer" "taskflow"
      "grip_publish" "" -}}
{{- $hosts := list -}}
{{- range $values.issuers -}}
  {{- $url := urlParse .jwks -}}
  {{- $hosts = append $hosts (printf "%s://%s" $url.scheme $url.host) | uniq -}}
{{- end -}}
{{- range $at, $name := list "issuer_host" "second_issuer_host" "third_issuer_host" -}}
  {{- $_ := set $variables $name (index (concat $hosts (list "" "" "")) $at | default (index $defaults $name).default) -}}
{{- end -}}
{{- $proxies := list -}}
{{- if $values.pushpin.enabled -}}
  {{- range $at := until (int $values.pushpin.replicas) -}}
    {{- $proxies = append $proxies (printf "http://pushpin-%d.pushpin:5561" $at) -}}
  {{- end -}}
  {{- $_ := set $variables "grip_publish" (join "," $proxies) -}}
{{- end -}}
{{- range $at, $name := list "grip_host" "second_grip_host" -}}
  {{- $_ := set $variables $name (index (concat $proxies (list "" "")) $at | default (index $defaults $name).default) -}}
{{- end -}}
{{- toJson $variables -}}
{{- end }}

{{- /* Secret and key of a secret variable of spin.toml (`name`, of `root`). */ -}}
{{- define "taskflow.secretOf" -}}
{{- $secrets := .root.Values.secrets -}}
{{- if eq .name "dapr_api_token" -}}
{ "name": {{ $secrets.daprApiToken | quote }}, "key": "token" }
{{- else if eq .name "app_api_token" -}}
{ "name": {{ $secrets.appApiToken | quote }}, "key": "token" }
{{- else -}}
{ "name": {{ $secrets.functions | quote }}, "key": {{ .name | quote }} }
{{- end -}}
{{- end }}

{{- /* Keys of the Secrets that must be there, by their names. */ -}}
{{- define "taskflow.requiredSecrets" -}}
{{- $root := . -}}
{{- $values := .Values -}}
{{- $required := dict -}}
{{- $needed := list (list $values.secrets.owner "password") -}}
{{- range $name, $variable := (fromToml (.Files.Get "spin.toml")).variables -}}
  {{- if $variable.secret -}}
    {{- $secret := include "taskflow.secretOf" (dict "root" $root "name" $name) | fromJson -}}
    {{- $needed = append $needed (list $secret.name $secret.key) -}}
  {{- end -}}
{{- end -}}
{{- if ne $values.dapr.shape "none" -}}
  {{- range include "taskflow.daprResources" . | fromJsonArray -}}
    {{- range dig "spec" "metadata" list . -}}
      {{- with .secretKeyRef -}}
        {{- $needed = append $needed (list .name .key) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- if $values.caSecret -}}
  {{- $needed = append $needed (list $values.caSecret "ca-certificates.crt") -}}
{{- end -}}
{{- range $needed -}}
  {{- $_ := set $required (first .) (append (index $required (first .) | default list) (last .) | uniq | sortAlpha) -}}
{{- end -}}
{{- if $values.backup.enabled -}}
  {{- $_ := set $required $values.secrets.backup list -}}
{{- end -}}
{{- toJson $required -}}
{{- end }}

{{- /* What a container may do that needs nothing. */ -}}
{{- define "taskflow.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- /* Annotations by which Dapr puts its sidecar into a pod (`root`, `appId`). */ -}}
{{- define "taskflow.sidecar" -}}
{{- $values := .root.Values -}}
dapr.io/enabled: "true"
dapr.io/app-id: {{ .appId }}
dapr.io/app-port: "80"
dapr.io/config: taskflow
dapr.io/api-token-secret: {{ $values.secrets.daprApiToken }}
dapr.io/app-token-secret: {{ $values.secrets.appApiToken }}
# Components read secrets by the store `secrets`. Through the built-in one, functions could read them too.
dapr.io/disable-builtin-k8s-secret-store: "true"
dapr.io/enable-app-health-check: "true"
dapr.io/app-health-check-path: /.well-known/spin/health
dapr.io/app-health-probe-timeout: "1000"
dapr.io/graceful-shutdown-seconds: "20"
dapr.io/log-as-json: "true"
dapr.io/sidecar-cpu-request: {{ $values.dapr.resources.requests.cpu | quote }}
dapr.io/sidecar-memory-request: {{ $values.dapr.resources.requests.memory | quote }}
dapr.io/sidecar-memory-limit: {{ $values.dapr.resources.limits.memory | quote }}
dapr.io/sidecar-seccomp-profile-type: RuntimeDefault
{{- end }}

{{- /* The rest of a container of the job `verify`. */ -}}
{{- define "taskflow.waiter" -}}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  {{- include "taskflow.restricted" . | nindent 2 }}
  runAsUser: 65532
resources:
  requests: { cpu: 10m, memory: 32Mi }
  limits: { memory: 128Mi }
{{- end }}
