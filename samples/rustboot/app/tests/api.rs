//! The whole service, with the PostgreSQL and Redis of its environment.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use rustboot::config::Config;
use rustboot::server::{App, router};
use serde_json::{Value, json};
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

async fn app(change: impl FnOnce(&mut Config)) -> (axum::Router, String) {
    let mut config = Config::load().map_err(|error| error.to_string()).unwrap();
    change(&mut config);
    let key = config.api_key.clone();
    (router(App::new(config).await.map_err(|error| error.to_string()).unwrap()), key)
}

async fn ask(app: &axum::Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn create(key: &str, body: &Value) -> Request<Body> {
    Request::post("/api/users")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// An address that no other run has.
fn address(name: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    format!("{name}-{now}@example.com")
}

#[tokio::test]
async fn a_user_is_made_once_and_answered_from_redis_the_second_time() {
    let (app, key) = app(|_| {}).await;
    let user = json!({ "name": "Ada", "email": address("ada") });
    let made = ask(&app, create(&key, &user)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.json()["name"], "Ada");
    assert_eq!(ask(&app, create(&key, &user)).await.status, StatusCode::CONFLICT);

    let path = format!("/api/users/{}", made.json()["id"]);
    for cache in ["miss", "hit"] {
        let shown = ask(&app, get(&path)).await;
        assert_eq!(shown.headers["x-cache"], cache);
        assert_eq!(shown.json(), made.json());
    }
    assert_eq!(ask(&app, get("/api/users/0")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_makes_users_without_the_key_or_with_nonsense() {
    let (app, key) = app(|_| {}).await;
    let user = json!({ "name": "Eve", "email": address("eve") });
    assert_eq!(ask(&app, create("wrong", &user)).await.status, StatusCode::UNAUTHORIZED);
    for wrong in
        [json!({ "name": "", "email": address("none") }), json!({ "name": "Eve", "email": "nowhere" }), json!({})]
    {
        assert_eq!(ask(&app, create(&key, &wrong)).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let (app, _) = app(|config| {
        config.settings.limit.requests = 3;
        config.settings.limit.window_seconds = 1_000_000_000;
    })
    .await;
    let client = address("client");
    let request = |client: &str| Request::get("/api/users/0").header("x-real-ip", client).body(Body::empty()).unwrap();
    for _ in 0..3 {
        assert_eq!(ask(&app, request(&client)).await.status, StatusCode::NOT_FOUND);
    }
    let refused = ask(&app, request(&client)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(ask(&app, request(&address("other"))).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn health_and_metrics() {
    let (app, _) = app(|_| {}).await;
    let health = ask(&app, get("/health")).await;
    assert_eq!(health.status, StatusCode::OK, "{}", health.text);
    assert_eq!(health.json()["checks"]["database"]["status"], "ok");
    ask(&app, get("/api/users/0")).await;
    let metrics = ask(&app, get("/metrics")).await.text;
    assert!(
        metrics.contains(r#"rustboot_requests_total{method="GET",path="/api/users/{id}",status="404"} 1"#),
        "{metrics}"
    );
}

#[tokio::test]
async fn health_says_what_is_away() {
    let (app, _) = app(|config| config.database_url = "postgres://nobody@127.0.0.1:1/none".into()).await;
    let health = ask(&app, get("/health")).await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health.json()["checks"]["database"]["status"], "away");
    assert_eq!(health.json()["checks"]["redis"]["status"], "ok");
    assert_eq!(ask(&app, get("/health/live")).await.status, StatusCode::OK);
    assert_eq!(ask(&app, get("/api/users/1")).await.status, StatusCode::SERVICE_UNAVAILABLE);
}
