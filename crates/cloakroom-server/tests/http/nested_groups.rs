//! Groups stand inside each other as deep as the limit says, whether they are made there, moved there or brought in.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::administration::{ADMIN, administer};
use super::{Server, start};

/// As `cloakroom_model::group::DEEPEST`.
const DEEPEST: usize = 64;

async fn make(server: &Server, path: &str, name: &str) -> (StatusCode, Value) {
    let body = json!({"name": name}).to_string();
    let made = administer(server, Method::POST, path, Some(&body), None).await;
    let status = made.status();
    let at = made.headers().get("location").cloned();
    let said = made.json().await.unwrap_or_default();
    match at {
        Some(at) => {
            let id = at.to_str().unwrap().rsplit('/').next().unwrap();
            (status, json!(id))
        }
        None => (status, said),
    }
}

/// Makes groups inside each other, as many as this, and gives their ids from the top.
async fn chain(server: &Server, name: &str, length: usize) -> Vec<String> {
    let mut path = "/r/groups".to_owned();
    let mut ids = Vec::new();
    for _ in 0..length {
        let (status, id) = make(server, &path, name).await;
        assert_eq!(status, StatusCode::CREATED, "{path} {id}");
        let id = id.as_str().unwrap().to_owned();
        path = format!("/r/groups/{id}/children");
        ids.push(id);
    }
    ids
}

#[tokio::test]
async fn groups_are_nested_as_deep_as_the_limit_and_no_deeper() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let new = r#"{"realm":"r","enabled":true}"#;
    administer(&server, Method::POST, "", Some(new), None).await;

    let deep = chain(&server, "deep", DEEPEST).await;
    let lowest = format!("/r/groups/{}/children", deep[DEEPEST - 1]);
    let (too_deep, why) = make(&server, &lowest, "one more").await;
    let pair = chain(&server, "pair", 2).await;
    let moved = json!({"id": pair[0], "name": "pair"}).to_string();
    let above = format!("/r/groups/{}/children", deep[DEEPEST - 2]);
    let both = administer(&server, Method::POST, &above, Some(&moved), None).await;
    let above = format!("/r/groups/{}/children", deep[DEEPEST - 3]);
    let fits = administer(&server, Method::POST, &above, Some(&moved), None).await;

    assert_eq!(too_deep, StatusCode::BAD_REQUEST);
    let why = why["errorMessage"].as_str().unwrap_or_default();
    assert!(why.contains("64 levels"), "{why}");
    assert_eq!(both.status(), StatusCode::BAD_REQUEST);
    assert_eq!(fits.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_file_with_groups_too_deep_does_not_come_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &ADMIN).await;
    let nested = |levels: usize| {
        let mut group = json!({"name": "lowest"});
        for level in 1..levels {
            group = json!({"name": format!("g{level}"), "subGroups": [group]});
        }
        json!({"realm": format!("r{levels}"), "enabled": true, "groups": [group]}).to_string()
    };

    let good = administer(&server, Method::POST, "", Some(&nested(50)), None).await;
    let bad = administer(&server, Method::POST, "", Some(&nested(DEEPEST + 1)), None).await;

    assert_eq!(good.status(), StatusCode::CREATED);
    assert_eq!(bad.status(), StatusCode::BAD_REQUEST);
}
