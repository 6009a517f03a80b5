//! Name servers that say nothing, or take their time: a server whose list of them is its own, which takes root.
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use super::work::{Work, get, post, tokens};
use super::{Done, Stage, in_time, wait_for, within};
use crate::api::Api;
use crate::command;
use crate::server::{Place, Server};
use crate::test::crash::{self, REALM};

/// Three, which is as many as the C library asks, one after the other: a name takes it half a minute when all are silent.
const SERVERS: [Ipv4Addr; 3] = [
    Ipv4Addr::new(127, 53, 0, 1),
    Ipv4Addr::new(127, 53, 0, 2),
    Ipv4Addr::new(127, 53, 0, 3),
];
/// How long an answer takes when there are some again.
const SLOW: Duration = Duration::from_millis(500);
/// So many ask for what is at a name at once, each for another.
const AT_ONCE: u32 = 60;
/// What a name and a connection may take, and something on top.
const LONGEST: Duration = Duration::from_secs(8);

/// Name servers; they end with this.
struct Names {
    speak: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

impl Names {
    /// `None` where nobody may take their port.
    fn start() -> Option<Self> {
        let names = Self {
            speak: Arc::default(),
            over: Arc::default(),
        };
        for address in SERVERS {
            let socket = UdpSocket::bind((address, 53)).ok()?;
            let wait = Some(Duration::from_millis(200));
            socket.set_read_timeout(wait).ok()?;
            let (speak, over) = (Arc::clone(&names.speak), Arc::clone(&names.over));
            std::thread::spawn(move || serve(&socket, &speak, &over));
        }
        Some(names)
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn serve(socket: &UdpSocket, speak: &AtomicBool, over: &AtomicBool) {
    let mut packet = [0; 512];
    while !over.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut packet) else {
            continue;
        };
        let asked = packet.get(..length).unwrap_or_default();
        if let Some(answer) = answer(asked).filter(|_| speak.load(Ordering::Relaxed))
            && let Ok(socket) = socket.try_clone()
        {
            std::thread::spawn(move || {
                std::thread::sleep(SLOW);
                socket.send_to(&answer, from)
            });
        }
    }
}

/// RFC 1035 §4.1: every name has the address of this machine, and no other record.
fn answer(asked: &[u8]) -> Option<Vec<u8>> {
    let (id, question) = (asked.get(..2)?, asked.get(12..)?);
    let name = question.iter().position(|byte| *byte == 0)? + 1;
    let question = question.get(..name + 4)?;
    let is_address = question.get(name..name + 2)? == [0, 1];
    let mut answer = id.to_vec();
    answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_address), 0, 0, 0, 0]);
    answer.extend(question);
    if is_address {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
    }
    Some(answer)
}

/// A web server that has nothing, and counts who comes.
fn nothing_there() -> Result<(u16, Arc<AtomicU32>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let (port, came) = (listener.local_addr()?.port(), Arc::new(AtomicU32::new(0)));
    let count = Arc::clone(&came);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        }
    });
    Ok((port, came))
}

/// Wants the settings of a provider at this address, which leads to a name being looked up: how long that took.
fn fetch(base: &str, admin: &str, address: &str) -> Result<Duration> {
    let path = format!("/admin/realms/{REALM}/identity-provider/import-config");
    let body = json!({ "providerId": "oidc", "fromUrl": address });
    let begun = Instant::now();
    let (status, body) = post(&Api::new(base), admin, &path, &body)?;
    // There is nothing to read, and nobody learns why.
    if status != 400 {
        bail!("{address} is answered with {status} {body}");
    }
    Ok(begun.elapsed())
}

/// Asks for name after name with many at once: the slowest answer.
fn flood(base: &str, admin: &str, until: Instant) -> Result<(u32, Duration)> {
    let number = AtomicU32::new(0);
    let one = || {
        let mut slowest = Duration::ZERO;
        while Instant::now() < until {
            let number = number.fetch_add(1, Ordering::Relaxed);
            let address = format!("https://provider-{number}.silent.example/");
            slowest = slowest.max(fetch(base, admin, &address)?);
        }
        Ok(slowest)
    };
    let slowest = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(one)).collect();
        let joined = threads.into_iter().filter_map(|thread| thread.join().ok());
        joined.collect::<Result<Vec<_>>>()
    })?;
    Ok((
        number.into_inner(),
        slowest.into_iter().max().unwrap_or_default(),
    ))
}

/// F4-13.
pub(super) fn silent(stage: &Stage<'_>) -> Result<Done> {
    let Some((names, server)) = begin(stage)? else {
        return Ok(Done::LeftOut(
            "only root may give a server names of its own",
        ));
    };
    let api = Api::new(&server.base);
    let (access, _) = tokens(&server.base)?;
    let admin = api.admin_token()?;
    let work = Work::start(&server.base, "names")?;

    let until = Instant::now() + Duration::from_secs(if stage.long { 50 } else { 12 });
    let (asked, slowest) = std::thread::scope(|scope| {
        let flood = scope.spawn(|| flood(&server.base, &admin, until));
        while Instant::now() < until {
            for (name, token) in [("certs", None), ("userinfo", Some(access.as_str()))] {
                let path = format!("/realms/{REALM}/protocol/openid-connect/{name}");
                let begun = Instant::now();
                let status = get(&server.base, &path, token)?;
                if status != 200 {
                    bail!("{path} asks for no name, and is answered with {status}");
                }
                in_time(&path, begun.elapsed(), Duration::from_secs(2))?;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        flood.join().unwrap_or(Ok((0, Duration::ZERO)))
    })?;
    in_time("a request about a name", slowest, LONGEST)?;
    let done = work.end()?;
    done.check(&server.base)?;
    done.everybody_answered()?;

    names.speak.store(true, Ordering::Relaxed);
    let (port, came) = nothing_there()?;
    let admin = api.admin_token()?;
    let again = wait_for("a name is found", Duration::from_secs(45), || {
        let address = format!("http://provider.slow.example:{port}/");
        fetch(&server.base, &admin, &address).is_ok() && came.load(Ordering::Relaxed) > 0
    })?;
    Ok(Done::Held(format!(
        "{asked} names asked for in vain, {} ms at most; {}; one is found {} ms after they answer again",
        slowest.as_millis(),
        done.sum(),
        again.as_millis()
    )))
}

/// The name servers, silent, and a server that asks them; `None` where that cannot be had.
fn begin(stage: &Stage<'_>) -> Result<Option<(Names, Server)>> {
    let mut namespace = std::process::Command::new("unshare");
    if !command::succeeds(namespace.args(["-m", "true"])) {
        return Ok(None);
    }
    let Some(names) = Names::start() else {
        return Ok(None);
    };
    let place = Place::new()?;
    std::fs::create_dir_all(place.data())?;
    let file = place.data().with_extension("names");
    let lines = SERVERS.map(|address| format!("nameserver {address}\n"));
    std::fs::write(&file, lines.concat())?;
    let setup = stage.setup("names", None);
    let server = within::start(
        place,
        &setup,
        &["unshare", "-m", "sh"],
        ("mount --bind \"$0\" /etc/resolv.conf", Path::new(&file)),
    )?;
    crash::prepare(&Api::new(&server.base))?;
    Ok(Some((names, server)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_and_nothing_else() {
        let asked =
            b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x04test\x00\x00\x01\x00\x01";
        let told = answer(asked).unwrap();
        assert!(told.starts_with(b"\x12\x34\x81\x80") && told.ends_with(&[127, 0, 0, 1]));

        let mut other = asked.to_vec();
        let kind = other.len() - 3;
        other[kind] = 28;
        assert!(answer(&other).unwrap().ends_with(&[0, 28, 0, 1]));
        assert!(answer(b"\x12").is_none());
    }
}
