//! An account is there already: whose it is has to be proved, whatever the provider says.

use serde_json::{Value, json};

use super::Story;
use super::hostile::start_of;
use super::op::{Op, query_of};
use super::scene::{Scene, submit};
use crate::browser::{Browser, Page, Place};
use crate::http::{Request, text};
use crate::realm::{Person, Realm};

pub(super) const STORIES: &[Story] = &[
    (
        "linking::an-account-with-the-address-is-linked-once-its-password-is-known",
        proved,
    ),
    (
        "linking::an-account-with-the-name-is-linked-once-its-password-is-known",
        by_name,
    ),
    ("linking::a-wrong-password-links-nothing", wrong_password),
    (
        "linking::whoever-proves-their-account-meets-what-follows-the-provider",
        followed,
    ),
    (
        "linking::another-address-in-the-profile-makes-an-account-of-its-own",
        reviewed,
    ),
    (
        "linking::an-address-that-was-typed-counts-as-nobodys",
        typed,
    ),
    (
        "linking::whoever-signs-in-as-somebody-else-links-nothing",
        somebody_else,
    ),
    (
        "linking::a-link-that-waits-does-not-outlive-the-way-back-to-the-start",
        restarted,
    ),
    (
        "linking::a-missing-name-is-asked-for-before-there-is-an-account",
        missing,
    ),
    (
        "linking::a-flow-that-links-by-address-wants-it-verified-on-both-sides",
        automatic,
    ),
    (
        "linking::a-flow-without-a-way-to-link-ends-with-what-to-do",
        no_way,
    ),
    ("linking::a-forged-post-links-nothing", forged),
    (
        "linking::a-provider-that-is-made-anew-inherits-nobody-who-waits-at-the-form",
        made_anew,
    ),
    (
        "linking::MFA-06-a-password-alone-links-nothing-beside-a-passkey",
        beside_passkey,
    ),
    (
        "linking::a-proof-that-was-asked-for-one-account-there-links-no-other",
        swapped,
    ),
    (
        "linking::an-address-that-was-typed-is-not-linked-by-itself-either",
        edited,
    ),
    (
        "linking::a-password-that-is-posted-before-the-question-links-nothing",
        jumped,
    ),
    (
        "linking::whoever-is-made-anew-under-a-name-has-none-of-the-links-of-before",
        anew,
    ),
];

fn visit(scene: &Scene, browser: &mut Browser, op: &Op) -> Page {
    scene.visit(browser, op).page()
}

/// Somebody who is here already, and a provider that knows somebody with the same address.
fn both(scene: &Scene, name: &str) -> (Person, Op) {
    let person = scene
        .realm
        .create_person(&format!("{name}-here"), json!({}));
    let op = scene.op(name);
    let email = format!("{name}-here@example.org");
    op.change(|says| says.userinfo["email"] = json!(email));
    (person, op)
}

fn links_of(scene: &Scene, person: &Person) -> Value {
    scene.links(&json!({"id": person.id}))
}

/// Says that the account which is there is theirs.
pub(super) fn claim(browser: &mut Browser, page: &Page) -> Place {
    submit(browser, page, "kc-register-form", |form| {
        form.press("submitAction");
    })
}

pub(super) fn type_password(browser: &mut Browser, page: &Page, password: &str) -> Place {
    submit(browser, page, "kc-form-login", |form| {
        form.set("password", password);
    })
}

fn proved(scene: &Scene) {
    let (person, op) = both(scene, "proved");
    let mut browser = scene.browser();

    let question = visit(scene, &mut browser, &op);
    assert!(question.answer.body.contains("proved-here@example.org"));
    assert_eq!(links_of(scene, &person), json!([]));
    let password = claim(&mut browser, &question).page();
    assert!(!password.form("kc-form-login").unwrap().has("username"));
    assert!(!password.answer.body.contains("kc-social-providers"));
    let callback = type_password(&mut browser, &password, &person.password).client();

    assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
    assert_eq!(
        links_of(scene, &person)[0]["userId"],
        json!("sub-of-proved")
    );
    assert_eq!(scene.events("FEDERATED_IDENTITY_LINK", "proved").len(), 1);
    // From now on the provider is enough.
    assert_eq!(
        scene.sign_in(&mut scene.browser(), &op)["sub"],
        json!(person.id)
    );
}

/// A key whose point is the generator of its curve: nobody signs with it here.
const PUBLIC_KEY: &str = "pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

/// Whoever knows a password, and comes with an account elsewhere that has the address, gives nobody a way in around the passkey.
fn beside_passkey(scene: &Scene) {
    let settings = json!({"webAuthnPolicyPasswordlessPasskeysEnabled": true});
    let realm = Realm::create(&scene.server, "links-beside-passkeys", settings);
    let scene = &scene.with(realm);
    let about = json!({"aaguid": "00000000-0000-0000-0000-000000000000", "credentialId": "AQID", "counter": 0,
        "credentialPublicKey": PUBLIC_KEY, "attestationStatementFormat": "none", "transports": []});
    let passkey = json!({"type": "webauthn-passwordless", "userLabel": "phone", "secretData": "{}",
        "credentialData": about.to_string()});
    let password = "an honest passphrase of whoever-here";
    let all = json!([{"type": "password", "value": password}, passkey]);
    let person = scene
        .realm
        .create_person("whoever-here", json!({"credentials": all}));
    let op = scene.op("whoever");
    op.change(|says| says.userinfo["email"] = json!("whoever-here@example.org"));
    let mut browser = scene.browser();
    let question = visit(scene, &mut browser, &op);
    let page = claim(&mut browser, &question).page();

    let asked = type_password(&mut browser, &page, password).page();

    let body = &asked.answer.body;
    assert!(asked.form("kc-form-login").is_none(), "{body}");
    assert!(body.contains("data-webauthn"), "{body}");
    assert_eq!(links_of(scene, &person), json!([]));
}

/// Somebody's own account lets them no further than the provider's post login flow does.
fn followed(scene: &Scene) {
    flow(scene, "denies-after", &["deny-access-authenticator"]);
    flow(scene, "allows-after", &["allow-access-authenticator"]);
    for (name, denies) in [("followed-by-no", true), ("followed-by-yes", false)] {
        let (person, op) = both(scene, name);
        let alias = if denies {
            "denies-after"
        } else {
            "allows-after"
        };
        let path = format!("/identity-provider/instances/{name}");
        let known = scene.done("GET", &path, &Value::Null);
        let members = json!({"postBrokerLoginFlowAlias": alias});
        scene.done("PUT", &path, &crate::realm::merged(known, members));
        let mut browser = scene.browser();
        let question = visit(scene, &mut browser, &op);
        let password = claim(&mut browser, &question).page();

        let place = type_password(&mut browser, &password, &person.password);

        let refused = scene.events("IDENTITY_PROVIDER_POST_LOGIN_ERROR", name);
        if !denies {
            assert_eq!(scene.claims(&place.client())["sub"], json!(person.id));
            assert_eq!(refused.len(), 0);
            continue;
        }
        let page = place.page();
        assert!(page.is_error(), "{}", page.answer.body);
        assert_eq!(page.answer.status, 403);
        assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
        assert_eq!(refused.len(), 1);
        // The proof counts, as in Keycloak, and the flow is met each time.
        assert_eq!(
            links_of(scene, &person)[0]["userId"],
            json!(format!("sub-of-{name}"))
        );
        let page = scene.visit(&mut scene.browser(), &op).page();
        assert_eq!(page.answer.status, 403);
        // The sign-in that was refused cannot be gone on with.
        let again = type_password(&mut browser, &password, &person.password).client();
        let anew = format!("{}/{name}/authorize", scene.stand_in.base);
        assert!(again.address.starts_with(&anew), "{}", again.address);
    }
}

fn by_name(scene: &Scene) {
    let person = scene.realm.create_person("by-name", json!({}));
    let op = scene.op("by-name");
    let mut browser = scene.browser();

    let question = visit(scene, &mut browser, &op);
    let password = claim(&mut browser, &question).page();
    let callback = type_password(&mut browser, &password, &person.password).client();

    assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
}

fn wrong_password(scene: &Scene) {
    let (person, op) = both(scene, "guessed");
    let mut browser = scene.browser();
    let question = visit(scene, &mut browser, &op);
    let password = claim(&mut browser, &question).page();

    let page = type_password(&mut browser, &password, "a guess").page();

    assert!(page.is_login());
    assert_eq!(links_of(scene, &person), json!([]));
    // Nor does coming again by the provider.
    let page = visit(scene, &mut scene.browser(), &op);
    assert!(page.form("kc-register-form").is_some());
}

fn reviewed(scene: &Scene) {
    let (person, op) = both(scene, "reviewed");
    let mut browser = scene.browser();
    let question = visit(scene, &mut browser, &op);
    let review = submit(&mut browser, &question, "kc-register-form", |form| {
        form.set("submitAction", "updateProfile");
    });

    let place = submit(
        &mut browser,
        &review.page(),
        "kc-idp-review-profile-form",
        |form| {
            form.set("email", "reviewed-other@example.org");
        },
    );

    let claims = scene.claims(&place.client());
    assert_ne!(claims["sub"], json!(person.id));
    assert_eq!(links_of(scene, &person), json!([]));
    assert_eq!(
        scene.user("reviewed")["email"],
        json!("reviewed-other@example.org")
    );
}

/// The one that vouched is gone: what it said is no word of the one that has its alias now.
fn made_anew(scene: &Scene) {
    let op = scene.op("made-anew");
    op.change(|says| {
        says.userinfo.as_object_mut().unwrap().remove("family_name");
    });
    let mut browser = scene.browser();
    let review = visit(scene, &mut browser, &op);
    let path = "/identity-provider/instances/made-anew";
    let settings = scene.done("GET", path, &Value::Null);
    scene.done("DELETE", path, &Value::Null);
    let mut again = settings;
    again.as_object_mut().unwrap().remove("internalId");
    scene.done("POST", "/identity-provider/instances", &again);

    let place = submit(
        &mut browser,
        &review,
        "kc-idp-review-profile-form",
        |form| {
            form.set("lastName", "Hopper");
        },
    );

    assert_eq!(place.page().answer.status, 400);
    assert_eq!(scene.users("made-anew"), Vec::<Value>::new());
}

fn typed(scene: &Scene) {
    let op = scene.op_with("typed", json!({"trustEmail": true}), json!({}));
    let victim = scene.realm.create_person("typed-victim", json!({}));
    op.change(|says| {
        says.userinfo.as_object_mut().unwrap().remove("family_name");
    });
    let mut browser = scene.browser();
    let review = visit(scene, &mut browser, &op);

    // The address of somebody who is here already is no way to their account.
    let question = submit(
        &mut browser,
        &review,
        "kc-idp-review-profile-form",
        |form| {
            form.set("lastName", "Hopper");
            form.set("email", "typed-victim@example.org");
        },
    );
    assert!(question.page().form("kc-register-form").is_some());
    assert_eq!(links_of(scene, &victim), json!([]));
    // And one that nobody has is not verified by the provider's word for another.
    let mut browser = scene.browser();
    let review = visit(scene, &mut browser, &op);
    submit(
        &mut browser,
        &review,
        "kc-idp-review-profile-form",
        |form| {
            form.set("lastName", "Hopper");
            form.set("email", "typed-by-hand@example.org");
        },
    )
    .client();

    let user = scene.user("typed");
    assert_eq!(
        (&user["email"], &user["emailVerified"]),
        (&json!("typed-by-hand@example.org"), &json!(false))
    );
}

fn somebody_else(scene: &Scene) {
    let (person, op) = both(scene, "else");
    let other = scene.realm.create_person("else-other", json!({}));
    let mut browser = scene.browser();
    let question = visit(scene, &mut browser, &op);
    let password = claim(&mut browser, &question).page();
    // The way to the start, and there another account than the one that waits for its proof.
    let page = browser.open(&restart_of(&password));

    let callback = browser.go_on(page, &other).client();

    assert_eq!(scene.claims(&callback)["sub"], json!(other.id));
    assert_eq!(
        (links_of(scene, &person), links_of(scene, &other)),
        (json!([]), json!([]))
    );
}

/// The account there changes between the claim and the password: by another tab, whose way back need not be seen.
fn swapped(scene: &Scene) {
    for (name, is_followed) in [("swapped-seen", true), ("swapped-unseen", false)] {
        let (person, op) = both(scene, name);
        let mut browser = scene.browser();
        let question = visit(scene, &mut browser, &op);
        let password = claim(&mut browser, &question).page();
        // The same sign-in leaves once more, from the start, and comes back as somebody else there.
        let start = browser.open(&restart_of(&password)).page();
        let left = browser.open(&start_of(&start, name)).client();
        op.change(|says| {
            says.claims["sub"] = json!("another-account-there");
            says.userinfo["sub"] = json!("another-account-there");
        });
        op.arrive(&query_of(&left.address));
        let back = Request::get(&scene.way_back(&left, &[]));
        let question = match is_followed {
            true => Some(browser.follow(back).page()),
            false => {
                assert_eq!(browser.send(back).status, 302);
                None
            }
        };

        type_password(&mut browser, &password, &person.password);

        assert_eq!(links_of(scene, &person), json!([]), "{name}");
        // Only who has been asked about this one links it.
        let Some(question) = question else {
            continue;
        };
        let password = claim(&mut browser, &question).page();
        type_password(&mut browser, &password, &person.password).client();
        assert_eq!(
            links_of(scene, &person)[0]["userId"],
            json!("another-account-there")
        );
    }
}

/// The way to the start that a page has.
fn restart_of(page: &Page) -> String {
    let start = page.answer.body.split("login-actions/restart").nth(1);
    let query = crate::html::unescape(start.unwrap().split('"').next().unwrap());
    format!("/realms/federation/login-actions/restart{query}")
}

fn edited(scene: &Scene) {
    flow(
        scene,
        "edited-then-linked",
        &[
            "idp-review-profile",
            "idp-create-user-if-unique",
            "idp-auto-link",
        ],
    );
    // The provider's word for the address counts, and so does the one here.
    let settings = json!({"email": "edited-victim@example.org", "emailVerified": true});
    let victim = scene.realm.create_person("edited-victim", settings);
    let members = json!({"trustEmail": true, "firstBrokerLoginFlowAlias": "edited-then-linked"});
    let op = scene.op_with("edited", members, json!({}));
    op.change(|says| {
        says.userinfo.as_object_mut().unwrap().remove("family_name");
    });
    let mut browser = scene.browser();
    let review = visit(scene, &mut browser, &op);

    let place = submit(
        &mut browser,
        &review,
        "kc-idp-review-profile-form",
        |form| {
            form.set("lastName", "Hopper");
            form.set("email", "edited-victim@example.org");
        },
    );

    assert!(matches!(place, Place::Page(_)), "{place:?}");
    assert_eq!(links_of(scene, &victim), json!([]));
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY"));
    // Where the provider itself names the address, the same flow links.
    op.change(|says| says.userinfo["email"] = json!("edited-victim@example.org"));
    op.change(|says| says.userinfo["family_name"] = json!("Hopper"));
    let claims = scene.sign_in(&mut scene.browser(), &op);
    assert_eq!(claims["sub"], json!(victim.id));
}

/// A step is not reached by its address alone, even with all that the page before it has in its form.
fn jumped(scene: &Scene) {
    for path in ["authenticate", "first-broker-login", "required-action"] {
        let name = format!("jumped-{path}");
        let (person, op) = both(scene, &name);
        let mut browser = scene.browser();
        let question = visit(scene, &mut browser, &op);
        let mut form = question.form("kc-register-form").unwrap();
        let query = form.action.split_once('?').unwrap().1.to_owned();
        form.action = format!("/realms/federation/login-actions/{path}?{query}");
        form.fields.retain(|(name, _)| name != "submitAction");
        for (field, value) in [
            ("username", person.username.as_str()),
            ("password", person.password.as_str()),
            ("email", "jumped-elsewhere@example.org"),
        ] {
            form.set(field, value);
        }

        browser.submit(&question.address, &form);

        assert_eq!(links_of(scene, &person), json!([]), "{path}");
    }
}

fn anew(scene: &Scene) {
    // The person: whoever has their name later is somebody else to the provider as well.
    let (person, op) = both(scene, "anew");
    let mut browser = scene.browser();
    let question = visit(scene, &mut browser, &op);
    let password = claim(&mut browser, &question).page();
    type_password(&mut browser, &password, &person.password).client();
    assert_eq!(links_of(scene, &person)[0]["userId"], json!("sub-of-anew"));
    let user = format!("/users/{}", person.id);
    scene.done("DELETE", &user, &Value::Null);
    let second = scene.realm.create_person("anew-here", json!({}));
    assert_ne!(second.id, person.id);
    assert_eq!(links_of(scene, &second), json!([]));
    let page = visit(scene, &mut scene.browser(), &op);
    assert!(
        page.form("kc-register-form").is_some(),
        "they are asked again"
    );
    assert_eq!(links_of(scene, &second), json!([]));

    // The provider: another one of its name vouches for nobody whom the first one brought.
    let path = "/identity-provider/instances/anew-provider";
    let op = scene.op("anew-provider");
    let first = scene.sign_in(&mut scene.browser(), &op);
    let user = scene.user("anew-provider");
    assert_eq!(text(&user, "id"), text(&first, "sub"));
    scene.done("DELETE", path, &Value::Null);
    assert_eq!(scene.links(&user), json!([]));
    let again = scene.op("anew-provider");
    op.change(|says| again.change(|own| own.clone_from(says)));
    let page = visit(scene, &mut scene.browser(), &again);
    assert!(
        page.form("kc-register-form").is_some(),
        "they are asked first: {}",
        page.answer.body
    );
    assert_eq!(scene.links(&user), json!([]));
}

fn restarted(scene: &Scene) {
    let (person, op) = both(scene, "restarted");
    let mut browser = scene.browser();
    let question = visit(scene, &mut browser, &op);
    claim(&mut browser, &question).page();

    let callback = browser.answer(&scene.request(&[]), &person).client();

    assert_eq!(scene.claims(&callback)["sub"], json!(person.id));
    assert_eq!(links_of(scene, &person), json!([]));
}

fn missing(scene: &Scene) {
    let op = scene.op("incomplete");
    op.change(|says| {
        says.userinfo = json!({"sub": "sub-of-incomplete", "preferred_username": "incomplete"});
    });
    let mut browser = scene.browser();

    let review = visit(scene, &mut browser, &op);
    assert_eq!(scene.users("incomplete"), [Value::Null; 0]);
    // Nobody has left anything out yet.
    let complains = |page: &Page| page.answer.body.contains("Please fill this in");
    assert!(!complains(&review), "{}", review.answer.body);
    let again = submit(
        &mut browser,
        &review,
        "kc-idp-review-profile-form",
        |form| {
            form.set("email", "no address");
        },
    )
    .page();
    assert!(complains(&again), "{}", again.answer.body);
    let place = submit(&mut browser, &again, "kc-idp-review-profile-form", |form| {
        form.set("email", "incomplete@example.org");
        form.set("firstName", "Grace");
        form.set("lastName", "Hopper");
    });

    scene.claims(&place.client());
    assert_eq!(
        scene.user("incomplete")["email"],
        json!("incomplete@example.org")
    );
}

/// A flow with these steps, and nothing else.
fn flow(scene: &Scene, alias: &str, steps: &[&str]) {
    let made =
        json!({"alias": alias, "providerId": "basic-flow", "topLevel": true, "builtIn": false});
    scene.done("POST", "/authentication/flows", &made);
    for step in steps {
        let path = format!("/authentication/flows/{alias}/executions/execution");
        scene.done("POST", &path, &json!({"provider": step}));
    }
    let path = format!("/authentication/flows/{alias}/executions");
    let executions = scene.done("GET", &path, &Value::Null);
    for execution in executions.as_array().unwrap() {
        let mut execution = execution.clone();
        execution["requirement"] = json!("ALTERNATIVE");
        scene.done("PUT", &path, &execution);
    }
}

fn automatic(scene: &Scene) {
    flow(
        scene,
        "by-address",
        &["idp-create-user-if-unique", "idp-auto-link"],
    );
    // Trusted, verified there, verified here: linked only if all of them are.
    for (index, (trusted, there, here)) in [
        (true, true, true),
        (false, true, true),
        (true, false, true),
        (true, true, false),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("automatic-{index}");
        let email = format!("{name}@example.org");
        let settings = json!({"email": email, "emailVerified": here});
        let person = scene.realm.create_person(&format!("{name}-here"), settings);
        let members = json!({"trustEmail": trusted, "firstBrokerLoginFlowAlias": "by-address"});
        let op = scene.op_with(&name, members, json!({}));
        op.change(|says| {
            says.userinfo["email"] = json!(email);
            says.userinfo["email_verified"] = json!(there);
        });
        let mut browser = scene.browser();

        let place = scene.visit(&mut browser, &op);

        let is_linked = links_of(scene, &person) != json!([]);
        assert_eq!(is_linked, trusted && there && here, "{name}");
        assert_eq!(matches!(place, Place::Client(_)), is_linked, "{name}");
    }
}

fn no_way(scene: &Scene) {
    flow(scene, "only-new", &["idp-create-user-if-unique"]);
    let person = scene.realm.create_person("no-way-here", json!({}));
    let members = json!({"firstBrokerLoginFlowAlias": "only-new"});
    let op = scene.op_with("no-way", members, json!({}));
    op.change(|says| says.userinfo["email"] = json!("no-way-here@example.org"));

    let page = visit(scene, &mut scene.browser(), &op);

    assert!(
        page.is_error() && page.answer.body.contains("Provider no-way"),
        "{}",
        page.answer.body
    );
    assert_eq!(links_of(scene, &person), json!([]));
    flow(scene, "only-known", &["idp-detect-existing-broker-user"]);
    let members = json!({"firstBrokerLoginFlowAlias": "only-known"});
    let op = scene.op_with("nobody-yet", members, json!({}));
    let page = visit(scene, &mut scene.browser(), &op);
    assert!(page.is_error());
    assert_eq!(scene.users("nobody-yet"), [Value::Null; 0]);
}

fn forged(scene: &Scene) {
    let (person, op) = both(scene, "forged");
    let mut browser = scene.browser();
    let left = scene.leave(&mut browser, "forged");
    op.arrive(&query_of(&left.address));
    let question = browser.open(&scene.way_back(&left, &[])).page();
    let mut form = question.form("kc-register-form").unwrap();
    form.set("submitAction", "linkAccount");
    let (path, query) = form
        .action
        .split_once("login-actions/")
        .unwrap()
        .1
        .split_once('?')
        .unwrap();
    let without_code: Vec<(String, String)> = crate::http::decode(query)
        .into_iter()
        .filter(|(name, _)| name != "session_code")
        .collect();
    form.action = format!(
        "/realms/federation/login-actions/{path}?{}",
        crate::http::encode(&without_code)
    );

    let place = browser.submit(&question.address, &form);

    let is_asked = matches!(&place, Place::Page(page) if page.is_login() && !page.form("kc-form-login").unwrap().has("username"));
    assert!(!is_asked, "the proof is asked for without the page's code");
    assert_eq!(links_of(scene, &person), json!([]));
    assert_eq!(text(&scene.user("forged-here"), "id"), person.id);
}
