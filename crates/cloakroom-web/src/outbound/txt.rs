//! TXT records, asked of the machine's own name servers (RFC 1035): by one, the owner of a domain shows that it is theirs.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};
use url::Host;

use super::OutboundError;

/// Where the machine says whom it asks.
const SERVERS: &str = "/etc/resolv.conf";

/// No more servers are asked, one after the other.
const MOST_SERVERS: usize = 2;

/// How long a server may take.
const WAIT: Duration = Duration::from_secs(2);

/// The largest answer that is read, in bytes; without an extension no server sends more than 512.
const ANSWER: usize = 4096;

/// No more records are read.
const MOST_RECORDS: usize = 50;

const TXT: u16 = 16;
const INTERNET: u16 = 1;
const NO_SUCH_NAME: u8 = 3;

/// The texts under a name; none where there is no such name. `number` tells answers to this question from others, so it
/// has to be random.
///
/// # Errors
/// If the name cannot be asked for, or no server answers in time.
pub async fn texts(name: &str, number: u16) -> Result<Vec<String>, OutboundError> {
    let listed = std::fs::read_to_string(SERVERS).unwrap_or_default();
    ask(name, number, &servers(&listed)).await
}

fn servers(listed: &str) -> Vec<SocketAddr> {
    let all = listed.lines().filter_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let is_one = words.next() == Some("nameserver");
        words.next().filter(|_| is_one)?.parse::<IpAddr>().ok()
    });
    all.map(|address| SocketAddr::new(address, 53))
        .take(MOST_SERVERS)
        .collect()
}

async fn ask(
    name: &str,
    number: u16,
    servers: &[SocketAddr],
) -> Result<Vec<String>, OutboundError> {
    let question = question(name, number).ok_or(OutboundError::Forbidden)?;
    for server in servers {
        if let Some(found) = ask_one(&question, number, *server).await {
            return Ok(found);
        }
    }
    Err(OutboundError::Unreachable)
}

/// What one server says; nothing if it says nothing that can be read.
async fn ask_one(question: &[u8], number: u16, server: SocketAddr) -> Option<Vec<String>> {
    let here: SocketAddr = match server {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(here).await.ok()?;
    // From then on the system passes over what others send.
    socket.connect(server).await.ok()?;
    socket.send(question).await.ok()?;
    let end = Instant::now() + WAIT;
    let mut buffer = vec![0; ANSWER];
    loop {
        let received = timeout_at(end, socket.recv(&mut buffer)).await.ok()?;
        let answer = buffer.get(..received.ok()?)?;
        if Reader(answer).number() == Some(number) {
            return read(answer);
        }
    }
}

/// A question for TXT records, with recursion (RFC 1035 §4.1); nothing for what is no name.
fn question(name: &str, number: u16) -> Option<Vec<u8>> {
    let Ok(Host::Domain(name)) = Host::parse(name.trim_end_matches('.')) else {
        return None;
    };
    let mut question = Vec::new();
    for word in [number, 0x0100, 1, 0, 0, 0] {
        question.extend(word.to_be_bytes());
    }
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok();
        let length = length.filter(|length| (1..64).contains(length))?;
        question.push(length);
        question.extend(label.as_bytes());
    }
    question.push(0);
    question.extend(TXT.to_be_bytes());
    question.extend(INTERNET.to_be_bytes());
    (name.len() < 254).then_some(question)
}

/// The texts of an answer (RFC 1035 §3.3.14): the parts of one record make one text.
fn read(answer: &[u8]) -> Option<Vec<String>> {
    let mut rest = Reader(answer);
    rest.take(2)?;
    let [flags, more] = <[u8; 2]>::try_from(rest.take(2)?).ok()?;
    let (questions, answers) = (rest.number()?, rest.number()?);
    rest.take(4)?;
    match more & 0x0f {
        _ if flags & 0x80 == 0 => return None,
        0 => {}
        NO_SUCH_NAME => return Some(Vec::new()),
        _ => return None,
    }
    for _ in 0..questions {
        rest.name()?;
        rest.take(4)?;
    }
    let mut texts = Vec::new();
    for _ in 0..usize::from(answers).min(MOST_RECORDS) {
        rest.name()?;
        let (kind, class) = (rest.number()?, rest.number()?);
        rest.take(4)?;
        let length = usize::from(rest.number()?);
        let mut data = Reader(rest.take(length)?);
        if (kind, class) != (TXT, INTERNET) {
            continue;
        }
        let mut text = Vec::new();
        while !data.0.is_empty() {
            let length = usize::from(data.byte()?);
            text.extend_from_slice(data.take(length)?);
        }
        texts.push(String::from_utf8_lossy(&text).into_owned());
    }
    Some(texts)
}

/// What is left of a message.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u16> {
        let bytes = self.take(2)?.try_into().ok()?;
        Some(u16::from_be_bytes(bytes))
    }

    /// Passes over a name. One that goes on elsewhere in the message ends here, so nothing goes round in circles.
    fn name(&mut self) -> Option<()> {
        loop {
            match self.byte()? {
                0 => return Some(()),
                pointer if pointer >= 0xc0 => return self.take(1).map(|_| ()),
                length if length < 64 => self.take(usize::from(length))?,
                _ => return None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer to a question: its flags, then records of a kind, each with its data.
    fn answer(question: &[u8], code: u8, records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut made = question.to_vec();
        made[2] |= 0x80;
        made[3] = code;
        made[7] = u8::try_from(records.len()).unwrap();
        for (kind, data) in records {
            made.extend([0xc0, 12]);
            made.extend(kind.to_be_bytes());
            made.extend([0, 1, 0, 0, 0, 60]);
            made.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            made.extend(*data);
        }
        made
    }

    #[test]
    fn an_answer_is_read_or_refused_whatever_it_holds() {
        let asked = question("_here.acme.example", 7).unwrap();
        let texts = |records: &[(u16, &[u8])]| read(&answer(&asked, 0, records));
        let said = |all: &[&str]| Some(all.iter().map(|text| (*text).to_owned()).collect());

        assert_eq!(texts(&[(TXT, b"\x03one\x03two")]), said(&["onetwo"]));
        assert_eq!(texts(&[(5, b"\xc0\x0c"), (TXT, b"\x01a")]), said(&["a"]));
        assert_eq!(texts(&[(TXT, b"\x01a"), (TXT, b"")]), said(&["a", ""]));
        assert_eq!(texts(&[(TXT, b"\x05a")]), None);
        assert_eq!(read(&answer(&asked, NO_SUCH_NAME, &[])), said(&[]));
        assert_eq!(read(&answer(&asked, 2, &[])), None);
        assert_eq!(read(&asked), None, "a question is no answer");
        let whole = answer(&asked, 0, &[(TXT, b"\x03one")]);
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]), None, "cut after {end} bytes");
        }
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        let long = format!("{}.example", "a".repeat(64));
        for name in [
            "",
            ".",
            "a..b",
            "127.0.0.1",
            "[::1]",
            "a b.example",
            "a/b",
            &long,
        ] {
            assert_eq!(question(name, 1), None, "{name}");
        }
        let asked = question("Bücher.example.", 1).unwrap();
        assert!(asked.windows(14).any(|part| part == b"xn--bcher-kva\x07"));
    }

    #[test]
    fn servers_are_those_of_the_machine() {
        let listed = "# nameserver 192.0.2.9\nsearch x\nnameserver 192.0.2.1\nnameserver ::1\nnameserver none";

        let found: Vec<String> = servers(listed).iter().map(ToString::to_string).collect();

        assert_eq!(found, ["192.0.2.1:53", "[::1]:53"]);
    }

    #[tokio::test]
    async fn the_second_server_answers_for_the_first_and_strangers_numbers_are_passed_over() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        // Nobody listens there, which the system says at once.
        let closed = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let silent = closed.local_addr().unwrap();
        drop(closed);
        let serve = async {
            let mut buffer = [0; 512];
            let (length, from) = server.recv_from(&mut buffer).await.unwrap();
            let right = answer(&buffer[..length], 0, &[(TXT, b"\x05right")]);
            let mut wrong = answer(&buffer[..length], 0, &[(TXT, b"\x05wrong")]);
            wrong[1] ^= 1;
            server.send_to(&wrong, from).await.unwrap();
            server.send_to(&right, from).await.unwrap();
        };

        let servers = [silent, address];
        let (found, ()) = tokio::join!(ask("acme.example", 515, &servers), serve);

        assert_eq!(found.unwrap(), ["right"]);
        assert!(ask("acme.example", 1, &[]).await.is_err());
    }
}
