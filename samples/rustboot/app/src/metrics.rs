//! Figures for Prometheus.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::server::App;

/// Paths are those of routes, never of requests: there must not be a series for each user.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    pub method: String,
    pub path: String,
    pub status: u16,
}

#[derive(Clone)]
pub struct Metrics {
    pub requests: Family<RequestLabels, Counter>,
    pub seconds: Histogram,
    pub limited: Counter,
    pub cache_hits: Counter,
    pub cache_misses: Counter,
    connections: Gauge<u64, AtomicU64>,
    idle: Gauge<u64, AtomicU64>,
    registry: Arc<Registry>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("rustboot");
        let requests = Family::default();
        let seconds = Histogram::new([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0]);
        let [limited, cache_hits, cache_misses] = [(); 3].map(|()| Counter::default());
        let [connections, idle] = [(); 2].map(|()| Gauge::<u64, AtomicU64>::default());
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("request_seconds", "Time that answers took", seconds.clone());
        registry.register("limited", "Requests refused because a client sent too many", limited.clone());
        registry.register("cache_hits", "Users answered from Redis", cache_hits.clone());
        registry.register("cache_misses", "Users answered from the database", cache_misses.clone());
        registry.register("database_connections", "Open connections", connections.clone());
        registry.register("database_connections_idle", "Connections that wait for work", idle.clone());
        let registry = Arc::new(registry);
        Self { requests, seconds, limited, cache_hits, cache_misses, connections, idle, registry }
    }
}

pub async fn show(State(app): State<App>) -> impl IntoResponse {
    let (size, available) = app.database.connections();
    app.metrics.connections.set(size as u64);
    app.metrics.idle.set(available as u64);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = encode(&mut text, &app.metrics.registry);
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
}
