//! Users: made with the key of the API, read by everybody.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::{instrument, warn};

use crate::database::Failure;
use crate::server::{App, problem};

#[derive(Deserialize)]
pub struct NewUser {
    name: String,
    email: String,
}

#[derive(Serialize, Deserialize)]
pub struct User {
    id: i64,
    name: String,
    email: String,
}

impl From<tokio_postgres::Row> for User {
    fn from(row: tokio_postgres::Row) -> Self {
        Self { id: row.get(0), name: row.get(1), email: row.get(2) }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Taken => problem(StatusCode::CONFLICT, "the address is taken").into_response(),
            Self::Refused => problem(StatusCode::UNPROCESSABLE_ENTITY, "a name has 1 to 100 letters").into_response(),
            Self::Away(reason) => {
                warn!(reason, "no answer from the database");
                problem(StatusCode::SERVICE_UNAVAILABLE, "the database is away").into_response()
            }
        }
    }
}

#[instrument(skip_all)]
pub async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Json<NewUser>, JsonRejection>,
) -> Response {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !same(given.strip_prefix("Bearer ").unwrap_or_default(), &app.config.api_key) {
        return problem(StatusCode::UNAUTHORIZED, "the key of the API is missing or wrong").into_response();
    }
    let user = match body {
        Ok(Json(user)) => user,
        Err(reason) => return problem(reason.status(), &reason.body_text()).into_response(),
    };
    if !user.email.contains('@') {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "an address has an @").into_response();
    }
    let made = app
        .database
        .with(|client| async move {
            let sql = "INSERT INTO app.users (name, email) VALUES ($1, $2) RETURNING id, name, email";
            let statement = client.prepare_cached(sql).await?;
            client.query_one(&statement, &[&user.name, &user.email]).await
        })
        .await;
    match made {
        Ok(row) => (StatusCode::CREATED, Json(User::from(row))).into_response(),
        Err(failure) => failure.into_response(),
    }
}

#[instrument(skip_all)]
pub async fn show(State(app): State<App>, Path(id): Path<i64>) -> Response {
    let key = format!("user:{id}");
    if let Some(user) = app.cache.get(&key).await.and_then(|text| serde_json::from_str::<User>(&text).ok()) {
        app.metrics.cache_hits.inc();
        return ([("x-cache", "hit")], Json(user)).into_response();
    }
    app.metrics.cache_misses.inc();
    let found = app
        .database
        .with(|client| async move {
            let statement = client.prepare_cached("SELECT id, name, email FROM app.users WHERE id = $1").await?;
            client.query_opt(&statement, &[&id]).await
        })
        .await;
    match found {
        Ok(Some(row)) => {
            let user = User::from(row);
            app.cache.keep(&key, &json!(user).to_string()).await;
            ([("x-cache", "miss")], Json(user)).into_response()
        }
        Ok(None) => problem(StatusCode::NOT_FOUND, "there is no such user").into_response(),
        Err(failure) => failure.into_response(),
    }
}

#[instrument(skip_all)]
pub async fn list(State(app): State<App>) -> Response {
    let found = app
        .database
        .with(|client| async move {
            let statement =
                client.prepare_cached("SELECT id, name, email FROM app.users ORDER BY id DESC LIMIT 50").await?;
            client.query(&statement, &[]).await
        })
        .await;
    match found {
        Ok(rows) => Json(rows.into_iter().map(User::from).collect::<Vec<_>>()).into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// Compares in a time that does not tell how much was right.
fn same(given: &str, wanted: &str) -> bool {
    given.len() == wanted.len() && given.bytes().zip(wanted.bytes()).fold(0, |found, (a, b)| found | (a ^ b)) == 0
}
