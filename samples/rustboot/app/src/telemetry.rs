//! Logs as one JSON object a line, and traces over OTLP where an endpoint is given.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Config, Error};

/// Ends the export of traces in order.
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

pub fn start(config: &Config) -> Result<Telemetry, Error> {
    let level = &config.settings.log.level;
    let filter = EnvFilter::try_new(format!("warn,rustboot={level}"))
        .map_err(|_| format!("log.level is {level:?}, and should be error, warn, info, debug or trace"))?;
    let provider = provider(config)?;
    let spans = provider.as_ref().map(|provider| {
        global::set_text_map_propagator(TraceContextPropagator::new());
        tracing_opentelemetry::layer().with_tracer(provider.tracer("rustboot"))
    });
    tracing_subscriber::registry()
        .with(filter)
        .with(fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false))
        .with(spans)
        .try_init()?;
    Ok(Telemetry { provider })
}

/// Sends spans in batches from a thread of its own; `None` without an endpoint.
pub fn provider(config: &Config) -> Result<Option<SdkTracerProvider>, Error> {
    let endpoint = config.settings.traces.endpoint.trim_end_matches('/');
    if endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_protocol(Protocol::HttpJson)
        .with_timeout(Duration::from_secs(3))
        .build()?;
    let resource = Resource::builder()
        .with_service_name("rustboot")
        .with_attribute(KeyValue::new("service.version", config.version.clone()))
        .with_attribute(KeyValue::new("deployment.environment.name", config.environment.clone()))
        .build();
    Ok(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
}

impl Telemetry {
    pub fn finish(self) {
        if let Some(provider) = self.provider {
            let _ = provider.shutdown_with_timeout(Duration::from_secs(3));
        }
    }
}
