//! `PostgreSQL`: a pool that never waits for long, and migrations that run once.

use std::future::Future;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;
use tracing::info;

use crate::config::{Config, Error};

/// Longest wait for an answer: a server that hangs must not take all requests along.
pub const PATIENCE: Duration = Duration::from_millis(1500);

#[derive(Clone)]
pub struct Database {
    pool: Pool,
}

/// What went wrong, as far as callers tell it apart.
#[derive(Debug)]
pub enum Failure {
    /// No answer, or no connection.
    Away(String),
    /// A unique value is taken.
    Taken,
    /// The values are refused by a rule of the database.
    Refused,
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        match error.code() {
            Some(code) if *code == SqlState::UNIQUE_VIOLATION => Self::Taken,
            Some(code) if *code == SqlState::CHECK_VIOLATION => Self::Refused,
            _ => Self::Away(error.to_string()),
        }
    }
}

impl Database {
    pub fn new(config: &Config) -> Result<Self, Error> {
        let manager =
            Manager::from_config(settings(config)?, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(config.settings.database.pool_size)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .build()?;
        Ok(Self { pool })
    }

    /// A connection, and `PATIENCE` for what is done with it. One that did not answer in time is not used again.
    pub async fn with<T, F>(&self, work: impl FnOnce(Object) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, tokio_postgres::Error>>,
    {
        let client = self.pool.get().await.map_err(|error| Failure::Away(error.to_string()))?;
        match tokio::time::timeout(PATIENCE, work(client)).await {
            Ok(result) => Ok(result?),
            Err(_) => Err(Failure::Away(format!("no answer within {} ms", PATIENCE.as_millis()))),
        }
    }

    pub async fn ping(&self) -> Result<(), Failure> {
        self.with(|client| async move { client.simple_query("SELECT 1").await.map(|_| ()) }).await
    }

    /// Connections that are open, and those that wait for work.
    pub fn connections(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
    }
}

fn settings(config: &Config) -> Result<tokio_postgres::Config, Error> {
    let mut settings: tokio_postgres::Config = config.database_url.parse()?;
    if let Some(password) = &config.database_password {
        settings.password(password);
    }
    settings.application_name("rustboot").connect_timeout(PATIENCE);
    Ok(settings)
}

const MIGRATIONS: [(&str, &str); 1] = [("0001_users", include_str!("../migrations/0001_users.sql"))];

/// Brings the schema up to date; several at once wait for each other.
pub async fn migrate(config: &Config) -> Result<(), Error> {
    let (mut client, connection) = settings(config)?.connect(NoTls).await?;
    let driver = tokio::spawn(connection);
    client
        .batch_execute(
            "SELECT pg_advisory_lock(7283);
             CREATE SCHEMA IF NOT EXISTS app;
             CREATE TABLE IF NOT EXISTS app.migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());",
        )
        .await?;
    for (name, sql) in MIGRATIONS {
        let transaction = client.transaction().await?;
        let new = transaction
            .execute("INSERT INTO app.migrations (name) VALUES ($1) ON CONFLICT DO NOTHING", &[&name])
            .await?;
        if new == 1 {
            transaction.batch_execute(sql).await?;
            info!(migration = name, "migrated");
        }
        transaction.commit().await?;
    }
    drop(client);
    driver.await??;
    info!("the schema is up to date");
    Ok(())
}
