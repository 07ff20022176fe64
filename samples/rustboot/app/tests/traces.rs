//! A collector gets what is traced.

use std::io::{Read, Write};
use std::net::TcpListener;

use opentelemetry::trace::{Span, Tracer, TracerProvider};
use rustboot::config::Config;
use rustboot::telemetry;

/// Takes one request and answers it.
fn receive(listener: &TcpListener) -> (String, serde_json::Value) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut got = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap();
        got.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&got);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(String::from));
        if body.len() < length.and_then(|text| text.parse().ok()).unwrap_or(0) {
            continue;
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        return (head.lines().next().unwrap().into(), serde_json::from_str(body).unwrap());
    }
}

#[test]
fn spans_reach_the_collector_with_the_name_of_the_service() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let key = std::env::temp_dir().join(format!("rustboot-key-{}", std::process::id()));
    std::fs::write(&key, "secret").unwrap();
    let config = Config::read(std::path::Path::new("config"), |name| {
        Some(match name {
            "OTEL_EXPORTER_OTLP_ENDPOINT" => endpoint.clone(),
            "API_KEY_FILE" => key.display().to_string(),
            "DATABASE_URL" => "postgres://a@b/c".into(),
            "REDIS_URL" => "redis://d:6379/0".into(),
            "ENVIRONMENT" => "test".into(),
            _ => return None,
        })
    })
    .map_err(|error| error.to_string());
    std::fs::remove_file(&key).unwrap();
    let provider = telemetry::provider(&config.unwrap()).unwrap().expect("an endpoint is given");
    provider.tracer("test").start("GET /api/users/{id}").end();
    let collector = std::thread::spawn(move || receive(&listener));
    provider.force_flush().unwrap();
    let (request, sent) = collector.join().unwrap();

    assert_eq!(request, "POST /v1/traces HTTP/1.1");
    let resource = &sent["resourceSpans"][0];
    let attributes = resource["resource"]["attributes"].as_array().unwrap();
    assert!(
        attributes.iter().any(|entry| entry["key"] == "service.name" && entry["value"]["stringValue"] == "rustboot")
    );
    assert_eq!(resource["scopeSpans"][0]["spans"][0]["name"], "GET /api/users/{id}");
}
