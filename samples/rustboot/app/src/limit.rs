//! Requests of one client, counted in Redis for all copies of the service together.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::server::{App, problem};

pub async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = &app.config.settings.limit;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let window = now / limit.window_seconds;
    // Only the gateway reaches the service, and it says who the client is.
    let client = request.headers().get("x-real-ip").and_then(|value| value.to_str().ok()).unwrap_or("direct");
    let count = app.cache.count(&format!("limit:{client}:{window}"), limit.window_seconds).await;
    // Without Redis nothing is counted: nginx still limits, and an outage of the cache is not one of the service.
    let Some(count) = count else { return next.run(request).await };
    if count > limit.requests {
        app.metrics.limited.inc();
        let wait = limit.window_seconds - now % limit.window_seconds;
        let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "too many requests").into_response();
        response.headers_mut().insert("retry-after", HeaderValue::from(wait));
        return response;
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert("ratelimit-remaining", HeaderValue::from(limit.requests - count));
    response
}
