//! The tutorial "Move a realm from Keycloak": its commands, in its order, and what it promises of them.

use serde_json::Value;

use crate::server::{Installation, data};

const TUTORIAL: &str = include_str!("../../../../docs/tutorials/move-a-realm-from-keycloak.md");

/// The commands that a reader types, without the name of the program.
fn commands() -> Vec<Vec<&'static str>> {
    let blocks = TUTORIAL.split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    let lines = blocks.flat_map(str::lines);
    let words = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    words
        .map(|words| {
            assert_eq!(words[0], "cloakroom", "{words:?}");
            words[1..].to_vec()
        })
        .collect()
}

#[tokio::test]
async fn the_tutorial_does_what_it_says() {
    let here = Installation::new();
    std::fs::copy(data("acme-realm.json"), here.path().join("acme-realm.json")).unwrap();
    let mut done = Vec::new();
    for command in commands() {
        if command[0] == "start" {
            let server = here.start(&command[1..]).await;
            let (status, answer) = server.sign_in("acme", "ben", "ben-pässwörd-2").await;
            assert_eq!(status, 200, "{answer}");
        } else {
            here.run(&command);
        }
        done.push(command[0]);
    }

    assert_eq!(done, ["import", "import", "export", "start"]);
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(here.path().join(name)).unwrap()).unwrap()
    };
    assert_eq!(read("acme-report.json")["realms"][0]["outcome"], "created");
    assert_eq!(read("acme-check.json")["realm"], "acme");
}
