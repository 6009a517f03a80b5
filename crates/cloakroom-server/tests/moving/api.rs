//! Whole realms and parts of them over the admin API.

use serde_json::{Value, json};

use crate::server::{Installation, claims, data, json as file};

#[tokio::test]
async fn a_whole_realm_is_posted_and_its_people_sign_in() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let text = std::fs::read_to_string(data("acme-realm.json")).unwrap();

    let (made, answer) = server.admin(&token, ("POST", ""), Some(&text)).await;
    let (again, refused) = server.admin(&token, ("POST", ""), Some(&text)).await;
    let (status, tokens) = server.sign_in("acme", "anna", "anna's password 1").await;

    assert_eq!(made, 201, "{answer}");
    assert_eq!(
        (again, refused),
        (409, json!({"errorMessage": "Realm acme already exists"}))
    );
    assert_eq!(status, 200, "{tokens}");
    let claims = claims(&tokens["access_token"]);
    assert_eq!(claims["sub"], file("acme-realm.json")["users"][0]["id"]);
    assert_eq!(
        claims["realm_access"]["roles"].as_array().unwrap().len(),
        5,
        "{claims}"
    );
}

#[tokio::test]
async fn a_posted_realm_that_cannot_stand_leaves_nothing() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let bad =
        json!({"realm": "bad", "users": [{"username": "a", "groups": ["/none"]}]}).to_string();
    let unknown = json!({"realm": "bad", "nonsense": 1}).to_string();

    let (status, refused) = server.admin(&token, ("POST", ""), Some(&bad)).await;
    let (strange, _) = server.admin(&token, ("POST", ""), Some(&unknown)).await;
    let (gone, _) = server.admin(&token, ("GET", "/bad"), None).await;
    let (_, clients) = server
        .admin(&token, ("GET", "/master/clients?clientId=bad-realm"), None)
        .await;

    let why = json!({"errorMessage": "user a is in group /none, which is not there"});
    assert_eq!((status, refused), (400, why));
    assert_eq!((strange, gone, clients), (400, 404, json!([])));
}

/// What the tutorial says of the two ways in: the API is as strict as Keycloak's, the command line reports what it leaves out.
#[tokio::test]
async fn a_rule_that_is_not_here_is_refused_by_the_api_and_left_out_by_the_command_line() {
    let here = Installation::new();
    let realm = json!({"realm": "strict", "passwordPolicy": "length(9) and ourOwnRule(3)"});
    std::fs::write(here.path().join("strict.json"), realm.to_string()).unwrap();

    here.run(&["import", "strict.json"]);
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let (_, imported) = server.admin(&token, ("GET", "/strict"), None).await;
    let posted = realm.to_string().replace("strict", "stricter");
    let (status, refused) = server.admin(&token, ("POST", ""), Some(&posted)).await;
    let (gone, _) = server.admin(&token, ("GET", "/stricter"), None).await;

    assert_eq!(imported["passwordPolicy"], "length(9)");
    assert_eq!((status, gone), (400, 404), "{refused}");
}

#[tokio::test]
async fn parts_come_into_a_realm_by_the_policy_that_was_asked_for() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let realm = json!({"realm": "shop", "enabled": true}).to_string();
    server.admin(&token, ("POST", ""), Some(&realm)).await;
    let parts = |policy: &str, enabled: bool| {
        json!({
            "ifResourceExists": policy,
            "clients": [{"clientId": "c", "serviceAccountsEnabled": true}, {"clientId": "account"}],
            "roles": {"realm": [{"name": "r"}], "client": {"c": [{"name": "cr"}]}},
            "groups": [{"name": "g", "realmRoles": ["r"], "subGroups": [{"name": "h"}]}],
            "users": [{"username": "u", "enabled": enabled, "groups": ["/g/h"]}],
        })
        .to_string()
    };
    let import = ("POST", "/shop/partialImport");

    let (added, first) = server
        .admin(&token, import, Some(&parts("FAIL", true)))
        .await;
    let (failed, why) = server
        .admin(&token, import, Some(&parts("FAIL", false)))
        .await;
    let (_, skipped) = server
        .admin(&token, import, Some(&parts("SKIP", false)))
        .await;
    let (_, kept) = server
        .admin(&token, ("GET", "/shop/users?username=u&exact=true"), None)
        .await;
    let (_, replaced) = server
        .admin(&token, import, Some(&parts("OVERWRITE", false)))
        .await;
    let (_, changed) = server
        .admin(&token, ("GET", "/shop/users?username=u&exact=true"), None)
        .await;

    assert_eq!((added, &first["added"]), (200, &json!(5)), "{first}");
    let kinds: Vec<&str> = first["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["resourceType"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["CLIENT", "REALM_ROLE", "CLIENT_ROLE", "GROUP", "USER"]
    );
    assert_eq!(
        (failed, why),
        (409, json!({"errorMessage": "Client id 'c' already exists"}))
    );
    assert_eq!(
        (&skipped["skipped"], &kept[0]["enabled"]),
        (&json!(5), &json!(true))
    );
    assert_eq!(
        replaced["overwritten"].as_u64().unwrap() + replaced["added"].as_u64().unwrap(),
        5,
        "{replaced}"
    );
    assert_eq!(changed[0]["enabled"], false);
}

/// What a plan names is what the import does then, whatever the plan has tried; and it is refused in the same words.
#[tokio::test]
async fn a_plan_says_what_its_import_does_and_leaves_nothing() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let realm = json!({"realm": "shop", "groups": [{"name": "old"}]}).to_string();
    server.admin(&token, ("POST", ""), Some(&realm)).await;
    let send = async |path: &str, parts: &Value| {
        let parts = parts.to_string();
        server.admin(&token, ("POST", path), Some(&parts)).await
    };
    let (plan, import) = ("/shop/ui-ext/partial-import-plan", "/shop/partialImport");
    let everything = async || {
        let mut all = Vec::new();
        for path in [
            "/shop/groups",
            "/shop/roles",
            "/shop/users",
            "/shop/clients",
        ] {
            all.push(server.admin(&token, ("GET", path), None).await);
        }
        all
    };
    let fates = |said: &Value| -> Vec<(Value, Value)> {
        let results = said["results"].as_array().unwrap().iter();
        results
            .map(|one| (one["resourceName"].clone(), one["action"].clone()))
            .collect()
    };
    let before = everything().await;
    let mut parts = json!({
        "clients": [{"clientId": "c"}],
        "roles": {"realm": [{"name": "r"}], "client": {"c": [{"name": "cr"}]}},
        "groups": [{"name": "old"}, {"name": "new", "realmRoles": ["r"]}],
        "users": [{"username": "u", "groups": ["/new"], "credentials": [{"type": "password", "value": "long enough 1"}]}],
    });

    parts["ifResourceExists"] = json!("FAIL");
    let (status, fails) = send(plan, &parts).await;
    assert_eq!(status, 200, "{fails}");
    assert!(
        fates(&fails).contains(&(json!("old"), json!("EXISTS"))),
        "{fails}"
    );
    assert_eq!(everything().await, before);
    // What cannot come in ends the plan as it ends the import.
    let bad = json!({"ifResourceExists": "SKIP", "roles": {"realm": [{"name": "r"}]}, "users": [{"username": "u", "groups": ["/none"]}]});
    let refused = send(plan, &bad).await;
    assert_eq!(refused, send(import, &bad).await);
    assert_eq!(refused.0, 400, "{}", refused.1);
    assert_eq!(everything().await, before);
    for policy in ["SKIP", "OVERWRITE"] {
        parts["ifResourceExists"] = json!(policy);
        let before = everything().await;
        let (status, planned) = send(plan, &parts).await;
        assert_eq!(status, 200, "{planned}");
        assert_eq!(everything().await, before);
        let (_, done) = send(import, &parts).await;
        assert_eq!(fates(&planned), fates(&done));
    }
}

#[tokio::test]
async fn nobody_raises_themselves_by_a_file() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let root = server.administrator().await;
    let realm = json!({
        "realm": "shop", "enabled": true,
        "users": [{
            "username": "mallory", "enabled": true, "emailVerified": true,
            "email": "mallory@shop.example", "firstName": "Mallory", "lastName": "M",
            "credentials": [{"type": "password", "value": "mallory's password"}],
            "clientRoles": {"realm-management": ["manage-realm"]},
        }],
    });
    server
        .admin(&root, ("POST", ""), Some(&realm.to_string()))
        .await;
    let form = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", "mallory"),
        ("password", "mallory's password"),
    ];
    let (status, answer) = server.token("shop", &form).await;
    assert_eq!(status, 200, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    let roles = json!({"realm-management": ["realm-admin"]});
    let table: Vec<Value> = vec![
        json!({"users": [{"username": "friend", "clientRoles": roles}]}),
        json!({"groups": [{"name": "friends", "clientRoles": roles}]}),
        json!({"roles": {"realm": [{"name": "friend", "composites": {"client": roles}}]}}),
    ];

    for parts in table {
        let import = ("POST", "/shop/partialImport");
        let (status, _) = server.admin(token, import, Some(&parts.to_string())).await;
        assert_eq!(status, 403, "{parts}");
    }
    let (_, users) = server.admin(&root, ("GET", "/shop/users"), None).await;
    assert_eq!(users.as_array().unwrap().len(), 1);
}

/// What a client that stays is bound to in the file is nobody's trouble.
#[tokio::test]
async fn only_clients_that_come_in_have_to_be_bound_to_flows_that_are_there() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let realm = json!({"realm": "shop", "clients": [{"clientId": "c"}]}).to_string();
    server.admin(&token, ("POST", ""), Some(&realm)).await;
    let bound = json!({"browser": "a flow of elsewhere"});
    for (policy, client, expected, skipped) in [
        ("SKIP", "c", 200, json!(1)),
        ("SKIP", "account", 200, json!(0)),
        ("SKIP", "new", 400, json!(null)),
        ("OVERWRITE", "c", 400, json!(null)),
    ] {
        let client = json!({"clientId": client, "authenticationFlowBindingOverrides": bound});
        let parts = json!({"ifResourceExists": policy, "clients": [client]}).to_string();
        let import = ("POST", "/shop/partialImport");
        let (status, said) = server.admin(&token, import, Some(&parts)).await;
        assert_eq!((status, &said["skipped"]), (expected, &skipped), "{said}");
        if skipped == json!(1) {
            assert_eq!(said["results"][0]["action"], "SKIPPED", "{said}");
        }
    }
}

#[tokio::test]
async fn a_part_of_a_realm_is_written_without_secrets() {
    let here = Installation::new();
    here.import(&data("acme-realm.json"));
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let path = "/acme/partial-export?exportClients=true&exportGroupsAndRoles=true";

    let (status, shown) = server.admin(&token, ("POST", path), None).await;
    let (_, little) = server
        .admin(&token, ("POST", "/acme/partial-export"), None)
        .await;

    assert_eq!(status, 200, "{shown}");
    let clients = shown["clients"].as_array().unwrap();
    let shop = clients
        .iter()
        .find(|client| client["clientId"] == "shop")
        .unwrap();
    assert_eq!(shop["secret"], "**********");
    assert!(!shown.to_string().contains("smtp-password"));
    assert_eq!(shown["groups"].as_array().unwrap().len(), 3);
    assert!(shown.get("users").is_none() && little.get("clients").is_none());
}

#[tokio::test]
async fn a_member_that_stands_there_twice_is_refused_where_no_report_names_it() {
    let here = Installation::new();
    let server = here.start(&[]).await;
    let token = server.administrator().await;
    let realms = [
        (
            r#"{"realm":"two","users":[{"username":"a"}],"users":[]}"#,
            "users",
        ),
        (
            r#"{"realm":"two","clients":[{"clientId":"c","enabled":true,"enabled":false}]}"#,
            "clients[].enabled",
        ),
    ];
    for (text, place) in realms {
        let (status, refused) = server.admin(&token, ("POST", ""), Some(text)).await;
        let why = format!("'{place}' stands there twice");
        assert_eq!((status, refused), (400, json!({"errorMessage": why})));
    }
    let (gone, _) = server.admin(&token, ("GET", "/two"), None).await;
    let part = r#"{"users":[{"username":"a","email":"a@a.example","email":"b@b.example"}]}"#;
    let import = ("POST", "/master/partialImport");
    let (status, refused) = server.admin(&token, import, Some(part)).await;

    assert_eq!(gone, 404);
    let why = json!({"errorMessage": "'users[].email' stands there twice"});
    assert_eq!((status, refused), (400, why));
}
