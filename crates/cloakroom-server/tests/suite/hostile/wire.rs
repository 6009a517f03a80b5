//! Bytes that are no honest HTTP: what a proxy and a server could read in two ways is refused.

use super::Story;
use super::invariant;
use super::scene::Scene;
use crate::http::{Answer, Request};

pub(super) const STORIES: &[Story] = &[
    (
        "T01 a request that can be read in two ways is refused",
        two_ways,
    ),
    ("T06 headers that are too many or none are refused", headers),
    ("T07 a request line that is none is refused", request_lines),
    (
        "T09 a request that stops in the middle harms nobody",
        unfinished,
    ),
];

fn send(scene: &Scene, bytes: &[u8]) -> Answer {
    let answer = scene.server().send_bytes(bytes);
    invariant::check(scene, "", &[], &answer);
    invariant::check_nothing_issued(&answer);
    answer
}

/// The head of a token request with these lines, and what follows it.
fn post(scene: &Scene, lines: &str, body: &str) -> Vec<u8> {
    let path = scene.realm.path("token");
    let host = scene.server().host();
    let kind = "Content-Type: application/x-www-form-urlencoded";
    format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{kind}\r\n{lines}\r\n{body}").into_bytes()
}

fn two_ways(scene: &Scene) {
    let smuggled = "0\r\n\r\nGET /realms/master HTTP/1.1\r\nHost: x\r\n\r\n";
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -5\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ] {
        let answer = send(scene, &post(scene, lines, smuggled));

        assert!(
            [400, 501, 0].contains(&answer.status),
            "{lines}: {answer:?}"
        );
        assert!(
            !answer.body.contains("public_key"),
            "{lines}: a smuggled request was answered"
        );
    }
}

fn headers(scene: &Scene) {
    let many = "X-Many: x\r\n".repeat(10_000);
    let long = format!("X-Long: {}\r\n", "x".repeat(1_000_000));
    for lines in [
        many.as_str(),
        &long,
        "X-Nul: a\0b\r\n",
        "X Space: x\r\n",
        ": x\r\n",
        "no colon\r\n",
    ] {
        let answer = send(scene, &post(scene, lines, ""));

        assert!(
            [400, 431, 0].contains(&answer.status),
            "{:.40}: {answer:?}",
            lines
        );
    }
}

fn request_lines(scene: &Scene) {
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1_000_000));
    for (text, statuses) in [
        (long.as_str(), &[400_u16, 414, 431, 0][..]),
        ("GET / HTTP/9.9\r\nHost: x\r\n\r\n", &[400, 505, 0][..]),
        ("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", &[400, 0][..]),
        (
            "CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n",
            &[400, 404, 405, 0],
        ),
        (
            "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            &[200, 400, 404, 405, 0],
        ),
        ("\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03", &[400, 0][..]),
        ("\0\0\0\0\r\n\r\n", &[400, 0][..]),
    ] {
        let answer = send(scene, text.as_bytes());

        assert!(statuses.contains(&answer.status), "{text:.40}: {answer:?}");
    }
    let absolute = format!("http://evil.test{}", scene.realm.path("certs"));
    let answer = scene.send(&Request::get(&absolute), &[]);
    assert!([200, 400, 404].contains(&answer.status), "{answer:?}");
    assert!(!answer.body.contains("evil.test"));
}

/// The connection is closed by the other side, as a caller does that is cut off.
fn unfinished(scene: &Scene) {
    use std::io::Write as _;
    let bytes = post(
        scene,
        "Content-Length: 1000\r\n",
        "grant_type=client_credentials",
    );
    for length in [1, 20, bytes.len() / 2, bytes.len()] {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", scene.server().port)).unwrap();
        stream.write_all(&bytes[..length]).unwrap();
        drop(stream);
    }

    let honest = scene.play(&scene.get("certs"));

    assert_eq!(honest.status, 200);
    assert!(scene.server().is_alive());
}
