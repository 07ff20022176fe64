//! A small service with users: `PostgreSQL` keeps them, Redis answers again what was asked before.

pub mod cache;
pub mod config;
pub mod database;
pub mod health;
pub mod limit;
pub mod metrics;
pub mod observe;
pub mod server;
pub mod telemetry;
pub mod users;
