//! Redis: answers again, and counts. Where it is away the service goes on without it, and health says so.

use std::future::Future;
use std::time::Duration;

use redis::AsyncCommands;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::config::{Config, Error};

/// Longest wait for an answer: asking the database again is quicker than waiting for a cache that is away.
const PATIENCE: Duration = Duration::from_millis(300);

#[derive(Clone)]
pub struct Cache {
    connection: ConnectionManager,
    seconds: u64,
}

impl Cache {
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(Duration::from_secs(1)))
            .set_number_of_retries(2);
        let client = redis::Client::open(config.redis_url.as_str())?;
        let connection = ConnectionManager::new_with_config(client, settings).await?;
        Ok(Self { connection, seconds: config.settings.cache.seconds })
    }

    pub async fn get(&self, key: &str) -> Option<String> {
        within(self.connection.clone().get(key)).await.ok().flatten()
    }

    /// Keeps an answer for a while; without Redis it is simply asked for again.
    pub async fn keep(&self, key: &str, value: &str) {
        let _: Result<(), _> = within(self.connection.clone().set_ex(key, value, self.seconds)).await;
    }

    /// Counts one more in the current window; `None` when it cannot be counted.
    pub async fn count(&self, key: &str, window_seconds: u64) -> Option<u64> {
        let mut connection = self.connection.clone();
        let result: Result<(u64,), _> = within(
            redis::pipe()
                .atomic()
                .incr(key, 1)
                .expire(key, i64::try_from(window_seconds).unwrap_or(i64::MAX))
                .ignore()
                .query_async(&mut connection),
        )
        .await;
        result.ok().map(|(count,)| count)
    }

    pub async fn ping(&self) -> Result<(), String> {
        let mut connection = self.connection.clone();
        let answer: Result<String, _> = within(redis::cmd("PING").query_async(&mut connection)).await;
        answer.map(|_| ())
    }
}

async fn within<T>(answer: impl Future<Output = redis::RedisResult<T>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} ms", PATIENCE.as_millis())),
    }
}
