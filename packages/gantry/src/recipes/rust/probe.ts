/** Where the probe lies in every stage that runs. */
export const probePath = "/usr/local/bin/probe";

/**
 * Source of a probe for images that have neither a shell nor curl: it asks the address that it is given. Standard library
 * only, and compiled with the application's own toolchain, so that it is linked to what the image has.
 */
export const probeSource: readonly string[] =
  `//! Asks one address; the exit code says whether it is well, the output what was seen.
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(2500);

fn main() {
    let address = std::env::args().nth(1).unwrap_or_default();
    match ask(&address) {
        Ok(seen) => println!("{seen}"),
        Err(reason) => {
            eprintln!("{reason}");
            std::process::exit(1);
        }
    }
}

/// \`http://127.0.0.1:8080/health\`, \`tcp://127.0.0.1:8080\` or \`file:///tmp/alive?maxAge=30\`.
fn ask(address: &str) -> Result<String, String> {
    let (scheme, rest) = address.split_once("://").ok_or("no address")?;
    if scheme == "file" {
        return fresh(rest);
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host: SocketAddr = host.parse().map_err(|_| format!("{host} is no address with a port"))?;
    let said = |error: std::io::Error| format!("{host}: {error}");
    let mut stream = TcpStream::connect_timeout(&host, PATIENCE).map_err(said)?;
    if scheme == "tcp" {
        return Ok(format!("{host} accepts connections"));
    }
    stream.set_read_timeout(Some(PATIENCE)).map_err(said)?;
    write!(stream, "GET {path} HTTP/1.0\\r\\nHost: {host}\\r\\n\\r\\n").map_err(said)?;
    let mut answer = Vec::new();
    stream.take(65536).read_to_end(&mut answer).map_err(said)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).unwrap_or("no answer");
    let body = answer.split_once("\\r\\n\\r\\n").map_or("", |(_, body)| body);
    if status.starts_with('2') {
        Ok(body.to_string())
    } else {
        Err(format!("{status} {body}"))
    }
}

/// A file that a worker touches while it makes progress.
fn fresh(address: &str) -> Result<String, String> {
    let (path, most) = address.split_once("?maxAge=").ok_or("no maxAge")?;
    let most: u64 = most.parse().map_err(|_| format!("{most} is no number of seconds"))?;
    let touched = std::fs::metadata(path).and_then(|file| file.modified());
    let touched = touched.map_err(|error| format!("{path}: {error}"))?;
    // A file from the future was touched before the clock was set back, by whoever may be dead since.
    let age = touched.elapsed().unwrap_or_else(|ahead| ahead.duration()).as_secs();
    let seen = format!("{path} is {age} s old");
    if age <= most { Ok(seen) } else { Err(seen) }
}`.split("\n");
