//! Redis: answers again, and counts. Where it is away the service goes on without it, and health says so.

use std::time::Duration;

use redis::AsyncCommands;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::config::{Config, Error};

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
        self.connection.clone().get(key).await.ok().flatten()
    }

    /// Keeps an answer for a while; without Redis it is simply asked for again.
    pub async fn keep(&self, key: &str, value: &str) {
        let _: Result<(), _> = self.connection.clone().set_ex(key, value, self.seconds).await;
    }

    /// Counts one more in the current window; `None` when it cannot be counted.
    pub async fn count(&self, key: &str, window_seconds: u64) -> Option<u64> {
        let result: redis::RedisResult<(u64,)> = redis::pipe()
            .atomic()
            .incr(key, 1)
            .expire(key, i64::try_from(window_seconds).unwrap_or(i64::MAX))
            .ignore()
            .query_async(&mut self.connection.clone())
            .await;
        result.ok().map(|(count,)| count)
    }

    pub async fn ping(&self) -> Result<(), String> {
        let answer: redis::RedisResult<String> = redis::cmd("PING").query_async(&mut self.connection.clone()).await;
        answer.map(|_| ()).map_err(|error| error.to_string())
    }
}
