//! Names that change their mind between two lookups.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Stands for a server outside; the operator lets requests go there.
const OUTSIDE: &str = "127.0.0.2";
const INSIDE: &str = "127.0.0.1";

/// A name server that answers each lookup with the next of these, and the last for ever.
fn scripted(answers: &[&[&str]]) -> (Lookup, Arc<AtomicUsize>) {
    let addresses = |texts: &&[&str]| {
        let addresses = texts
            .iter()
            .map(|text| SocketAddr::new(text.parse().unwrap(), 0));
        addresses.collect::<Vec<SocketAddr>>()
    };
    let answers: Vec<Vec<SocketAddr>> = answers.iter().map(addresses).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| {
        let turn = counted.fetch_add(1, Ordering::SeqCst);
        let found = answers
            .get(turn)
            .or(answers.last())
            .cloned()
            .unwrap_or_default();
        Box::pin(async move { Ok(found) })
    });
    (lookup, asked)
}

/// A server at an address, which answers all with a word; and how often it was asked.
fn server(address: &str, port: u16, word: &'static str) -> (u16, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind((address, port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            *counted.lock().unwrap() += 1;
            let _ = stream.read(&mut [0; 1024]);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                word.len()
            );
            let _ = stream.write_all(format!("{head}{word}").as_bytes());
        }
    });
    (port, asked)
}

#[tokio::test]
async fn a_name_that_changes_its_mind_reaches_the_vetted_address_alone() {
    let (port, _) = server(OUTSIDE, 0, "outside");
    let (_, inside) = server(INSIDE, port, "inside");
    let (lookup, asked) = scripted(&[&[OUTSIDE], &[INSIDE]]);
    let outbound = Outbound::with(Listed::parse(OUTSIDE).unwrap(), lookup).unwrap();
    let url = format!("http://rebinding.test:{port}/keys");

    // Looked up once: what was checked is what is connected to.
    assert_eq!(outbound.get(&url, "*/*").await.unwrap(), b"outside");
    assert_eq!(asked.load(Ordering::SeqCst), 1);

    // A further request looks the name up anew, and checks it anew.
    let refused = outbound.get(&url, "*/*").await;
    assert_eq!(refused, Err(OutboundError::Forbidden));
    assert_eq!(
        outbound.post(&url, &[]).await,
        Err(OutboundError::Forbidden)
    );
    assert_eq!(*inside.lock().unwrap(), 0, "an address inside was reached");
}

#[tokio::test]
async fn a_name_with_one_address_inside_is_not_trusted_with_the_others() {
    let (port, outside) = server(OUTSIDE, 0, "outside");
    for (answer, why) in [
        (&[OUTSIDE, INSIDE][..], OutboundError::Forbidden),
        (&[INSIDE, OUTSIDE], OutboundError::Forbidden),
        (&["::ffff:127.0.0.1"], OutboundError::Forbidden),
        (&["169.254.169.254"], OutboundError::Forbidden),
        (&[], OutboundError::Unreachable),
    ] {
        let (lookup, _) = scripted(&[answer]);
        let outbound = Outbound::with(Listed::parse(OUTSIDE).unwrap(), lookup).unwrap();

        let refused = outbound
            .get(&format!("http://mixed.test:{port}/"), "*/*")
            .await;

        assert_eq!(refused, Err(why), "{answer:?}");
    }
    assert_eq!(*outside.lock().unwrap(), 0);
}
