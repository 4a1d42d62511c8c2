// Command daprd is Dapr's sidecar with only the components that TaskFlow uses, for machines without daprd.
// It has the flags of daprd and reads the same files; mTLS is left out. One process serves one app id.
package main

import (
	"context"
	"os"

	"github.com/dapr/components-contrib/bindings/cron"
	"github.com/dapr/components-contrib/bindings/smtp"
	configuration "github.com/dapr/components-contrib/configuration/postgres"
	"github.com/dapr/components-contrib/nameresolution/mdns"
	"github.com/dapr/components-contrib/pubsub/kafka"
	"github.com/dapr/components-contrib/pubsub/redis"
	"github.com/dapr/components-contrib/secretstores/local/file"
	state "github.com/dapr/components-contrib/state/postgresql/v2"
	"github.com/dapr/dapr/cmd/daprd/options"
	"github.com/dapr/dapr/pkg/components"
	"github.com/dapr/dapr/pkg/components/bindings"
	configurations "github.com/dapr/dapr/pkg/components/configuration"
	"github.com/dapr/dapr/pkg/components/nameresolution"
	"github.com/dapr/dapr/pkg/components/pubsub"
	"github.com/dapr/dapr/pkg/components/secretstores"
	states "github.com/dapr/dapr/pkg/components/state"
	"github.com/dapr/dapr/pkg/healthz"
	"github.com/dapr/dapr/pkg/metrics"
	"github.com/dapr/dapr/pkg/modes"
	"github.com/dapr/dapr/pkg/runtime"
	"github.com/dapr/dapr/pkg/runtime/registry"
	"github.com/dapr/dapr/pkg/security"
	"github.com/dapr/kit/concurrency"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/signals"
)

var log = logger.NewLogger("dapr.runtime")

// supportedComponents registers the component types that files can use. Each registry needs a logger: without one, its
// first log line ends the program.
func supportedComponents() *registry.Options {
	secrets, pubsubs, binding := secretstores.NewRegistry(), pubsub.NewRegistry(), bindings.NewRegistry()
	stores, settings, names := states.NewRegistry(), configurations.NewRegistry(), nameresolution.NewRegistry()
	secrets.Logger, pubsubs.Logger, binding.Logger, stores.Logger, settings.Logger, names.Logger = log, log, log, log, log, log
	secrets.RegisterComponent(file.NewLocalSecretStore, "local.file")
	pubsubs.RegisterComponent(kafka.NewKafka, "kafka")
	pubsubs.RegisterComponent(redis.NewRedisStreams, "redis")
	binding.RegisterInputBinding(cron.NewCron, "cron")
	binding.RegisterOutputBinding(smtp.NewSMTP, "smtp")
	version2 := components.VersionConstructor{Version: "v2", Constructor: state.NewPostgreSQLStateStore}
	stores.RegisterComponentWithVersions("postgresql", components.Versioning{Preferred: version2, Default: "v2"})
	settings.RegisterComponent(configuration.NewPostgresConfigurationStore, "postgresql")
	names.RegisterComponent(mdns.NewResolver, "mdns")
	return registry.NewOptions().WithSecretStores(secrets).WithPubSubs(pubsubs).WithBindings(binding).WithStateStores(stores).
		WithConfigurations(settings).WithNameResolutions(names)
}

// run starts the sidecar and returns after a signal has stopped it.
func run(o *options.Options) error {
	ctx, health := signals.Context(), healthz.New()
	provider, err := security.New(ctx, security.Options{
		AppID: o.AppID, Mode: modes.DaprMode(o.Mode), Healthz: health,
		ControlPlaneTrustDomain: o.ControlPlaneTrustDomain, ControlPlaneNamespace: o.ControlPlaneNamespace,
	})
	if err != nil {
		return err
	}
	sidecar := func(ctx context.Context) error {
		handler, err := provider.Handler(ctx)
		if err != nil {
			return err
		}
		daprd, err := runtime.FromConfig(ctx, &runtime.Config{
			AppID: o.AppID, Mode: o.Mode, Config: o.Config, ResourcesPath: o.ResourcesPath, AllowedOrigins: o.AllowedOrigins,
			ApplicationPort: o.AppPort, AppProtocol: o.AppProtocol, AppChannelAddress: o.AppChannelAddress,
			AppMaxConcurrency: o.AppMaxConcurrency, EnableAppHealthCheck: o.EnableAppHealthCheck,
			AppHealthCheckPath: o.AppHealthCheckPath, AppHealthProbeInterval: o.AppHealthProbeInterval,
			AppHealthProbeTimeout: o.AppHealthProbeTimeout, AppHealthThreshold: o.AppHealthThreshold,
			DaprHTTPPort: o.DaprHTTPPort, DaprAPIGRPCPort: o.DaprAPIGRPCPort, DaprAPIListenAddresses: o.DaprAPIListenAddresses,
			DaprInternalGRPCPort: o.DaprInternalGRPCPort, DaprInternalGRPCListenAddress: o.DaprInternalGRPCListenAddress,
			DaprPublicPort: o.DaprPublicPort, DaprPublicListenAddress: o.DaprPublicListenAddress, ProfilePort: o.ProfilePort,
			MaxRequestSize: o.MaxRequestSize, ReadBufferSize: o.ReadBufferSize, EnableAPILogging: o.EnableAPILogging,
			DaprGracefulShutdownSeconds: o.DaprGracefulShutdownSeconds, DaprBlockShutdownDuration: o.DaprBlockShutdownDuration,
			// Dapr 1.14 ignores the flag for the address of the metrics.
			Metrics: metrics.Options{
				Enabled: o.Metrics.Enabled(), Port: o.Metrics.Port(), ListenAddress: o.DaprAPIListenAddresses,
				Namespace: metrics.DefaultMetricNamespace, Log: log, Healthz: health,
			},
			Registry: supportedComponents(), Security: handler, Healthz: health,
		})
		if err != nil {
			return err
		}
		return daprd.Run(ctx)
	}
	return concurrency.NewRunnerManager(provider.Run, sidecar).Run(ctx)
}

func main() {
	o, err := options.New(os.Args[1:])
	if err == nil {
		o.Logger.SetAppID(o.AppID)
		err = logger.ApplyOptionsToLoggers(&o.Logger)
	}
	if err == nil {
		err = run(o)
	}
	if err != nil {
		log.Fatal(err)
	}
}
