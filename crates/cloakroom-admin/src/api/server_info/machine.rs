//! What the machine and this process are like: the system, the time, and memory.

use std::time::Duration;

use cloakroom_web::app::now;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// `SystemInfoRepresentation`, without what only a Java machine has.
pub(super) fn system(version: &str, uptime: Duration) -> Value {
    let seconds = uptime.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let text = format!(
        "{days} days, {hours} hours, {minutes} minutes, {} seconds",
        seconds % 60
    );
    let time = OffsetDateTime::from_unix_timestamp(now().seconds());
    let mut shown = json!({
        "version": version,
        "serverTime": time.map(written).unwrap_or_default(),
        "uptime": text,
        "uptimeMillis": u64::try_from(uptime.as_millis()).unwrap_or(u64::MAX),
        "osName": os(std::env::consts::OS),
        "osArchitecture": architecture(std::env::consts::ARCH),
        "fileEncoding": "UTF-8",
        "userTimezone": "Etc/UTC",
    });
    if let Ok(release) = std::fs::read_to_string("/proc/sys/kernel/osrelease") {
        cloakroom_keycloak::read::set(&mut shown, "osVersion", json!(release.trim()));
    }
    shown
}

/// A time as Java writes it: `Thu Nov 26 08:16:14 UTC 2026`.
fn written(time: OffsetDateTime) -> String {
    let (weekday, month) = (time.weekday().to_string(), time.month().to_string());
    format!(
        "{} {} {:02} {:02}:{:02}:{:02} UTC {}",
        weekday.get(..3).unwrap_or_default(),
        month.get(..3).unwrap_or_default(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.year(),
    )
}

fn os(name: &str) -> &str {
    match name {
        "linux" => "Linux",
        "macos" => "Mac OS X",
        "windows" => "Windows",
        other => other,
    }
}

fn architecture(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        other => other,
    }
}

/// `MemoryInfoRepresentation`: what this process has of the machine's memory; `None` where the
/// system does not say.
pub(super) fn memory() -> Option<Value> {
    let machine = std::fs::read_to_string("/proc/meminfo").ok()?;
    let process = std::fs::read_to_string("/proc/self/status").ok()?;
    let total = kilobytes(&machine, "MemTotal:")? * 1024;
    let used = kilobytes(&process, "VmRSS:")? * 1024;
    let free = total.saturating_sub(used);
    let percentage = (free * 100).checked_div(total)?;
    Some(json!({
        "total": total,
        "totalFormated": megabytes(total),
        "used": used,
        "usedFormated": megabytes(used),
        "free": free,
        "freePercentage": percentage,
        "freeFormated": megabytes(free),
    }))
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / (1024 * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_java_writes_it() {
        let time = OffsetDateTime::from_unix_timestamp(1_795_680_974).unwrap();

        assert_eq!(written(time), "Thu Nov 26 08:16:14 UTC 2026");
    }

    #[test]
    fn memory_is_read_from_what_the_system_writes() {
        let text = "Name:\tx\nVmRSS:\t   2048 kB\nThreads:\t3\n";

        assert_eq!(kilobytes(text, "VmRSS:"), Some(2048));
        assert_eq!(kilobytes(text, "VmSwap:"), None);
        assert_eq!(megabytes(2048 * 1024), "2 MB");
    }
}
