//! `cloakroom health`: whether the server of this machine is ready, for container health checks.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use super::Ended;
use crate::config::Config;

/// Asks the management port.
pub(super) fn run(config: &Config) -> Ended {
    let address = format!("{}:{}", config.management_host, config.management_port);
    let answer = ask(&address).map_err(|error| format!("{address}: {error}"))?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(ExitCode::SUCCESS)
    } else {
        Err("not ready".to_owned())
    }
}

fn ask(address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
