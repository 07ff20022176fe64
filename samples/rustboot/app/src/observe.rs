//! What every request leaves behind: a span, a line in the log, figures.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use opentelemetry::global;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::TraceContextExt;
use tracing::{Instrument, field, info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::metrics::RequestLabels;
use crate::server::{App, problem};

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

pub async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_string();
    let request_id = Headers(request.headers()).get("x-request-id").unwrap_or_default().to_string();
    // Probes would be most of all traces.
    let quiet = route.starts_with("/health") || route == "/metrics";
    let span = if quiet {
        tracing::Span::none()
    } else {
        info_span!(
            "request",
            otel.name = format!("{method} {route}"),
            otel.kind = "server",
            http.request.method = method,
            http.route = route,
            http.response.status_code = field::Empty
        )
    };
    let _ = span.set_parent(global::get_text_map_propagator(|known| known.extract(&Headers(request.headers()))));
    let start = Instant::now();
    let patience = Duration::from_millis(app.config.settings.server.timeout_ms);
    let response = tokio::time::timeout(patience, next.run(request)).instrument(span.clone()).await;
    let response =
        response.unwrap_or_else(|_| problem(StatusCode::GATEWAY_TIMEOUT, "it took too long").into_response());
    let seconds = start.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    app.metrics.seconds.observe(seconds);
    app.metrics.requests.get_or_create(&RequestLabels { method: method.clone(), path: route.clone(), status }).inc();
    if !quiet {
        let context = span.context();
        let trace = context.span().span_context().trace_id().to_string();
        info!(method, route, status, seconds, request_id, trace_id = trace, "request");
    }
    response
}
