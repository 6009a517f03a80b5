//! What a ticket of Kerberos does not stand for: whatever else a flow asks of whoever brings one.

use serde_json::{Value, json};

use super::Story;
use super::kerberos::{kerberos, target};
use super::scene::{House, Scene};
use super::slapd::{PEOPLE, dn_of, password_of};
use crate::browser::{Browser, Page, Place};
use crate::further::{self, Device};
use crate::http::{Request, text};

pub(super) const STORIES: &[Story] = &[(
    "a-code-on-paper-after-a-ticket-is-no-password-that-nobody-typed",
    another_way,
)];

/// Makes a flow in which a ticket goes with one kind of code, and a password with another.
fn two_ways(house: &House) {
    let top = json!({"alias": "two-ways", "providerId": "basic-flow", "topLevel": true});
    house.done("POST", "/authentication/flows", &top);
    let ways = [
        ("by-ticket", ["auth-spnego", "auth-otp-form"]),
        (
            "by-password",
            [
                "auth-username-password-form",
                "auth-recovery-authn-code-form",
            ],
        ),
    ];
    for (way, steps) in ways {
        let flow =
            json!({"alias": way, "type": "basic-flow", "provider": "registration-page-form"});
        house.done(
            "POST",
            "/authentication/flows/two-ways/executions/flow",
            &flow,
        );
        for step in steps {
            let path = format!("/authentication/flows/{way}/executions/execution");
            house.done("POST", &path, &json!({"provider": step}));
        }
    }
    let path = "/authentication/flows/two-ways/executions";
    for step in house.done("GET", path, &Value::Null).as_array().unwrap() {
        let is_way = step["authenticationFlow"] == json!(true);
        let requirement = if is_way { "ALTERNATIVE" } else { "REQUIRED" };
        let changed = json!({"requirement": requirement});
        house.done("PUT", path, &crate::realm::merged(step.clone(), changed));
    }
    house.realm.change("", json!({"browserFlow": "two-ways"}));
}

/// Brings in somebody of the directory with a device and a list on paper, as an export has them.
fn bring_in(scene: &Scene, house: &House, uid: &str, device: &Device) {
    let filter = format!("(uid={uid})");
    let entry = scene.slapd.values(PEOPLE, &filter, "entryUUID").remove(0);
    let user = json!({
        "username": uid, "enabled": true, "email": format!("{uid}@example.org"),
        "firstName": "Ada", "lastName": "Lovelace", "federationLink": house.directory,
        "attributes": {"LDAP_ID": [entry], "LDAP_ENTRY_DN": [dn_of(uid)]},
        "credentials": [
            {"type": "password", "value": password_of(uid), "temporary": false},
            device.credential("Phone"), further::paper(&[PAPER, "DDDDEEEEFFFF"], 1),
        ],
    });
    let sent = json!({"ifResourceExists": "FAIL", "users": [user]});
    house.done("POST", "/partialImport", &sent);
    assert_eq!(text(&house.user(uid), "federationLink"), house.directory);
}

const PAPER: &str = "AAAABBBBCCCC";

fn asks_for_code(place: Place) -> Page {
    let page = place.page();
    assert!(page.form(further::OTP).is_some(), "{}", page.answer.body);
    page
}

fn another_way(scene: &Scene) {
    let config = kerberos(scene, json!({"editMode": "UNSYNCED"}));
    let house = scene.house_of("kerberos-two-ways", config);
    let uid = scene.person("two-ways");
    let device = Device::new(&uid);
    bring_in(scene, &house, &uid, &device);
    two_ways(&house);
    let ticketed = scene.kdc.person(&uid);
    let arrive = |browser: &mut Browser| {
        let header = ticketed.header_for("localhost");
        let request = Request::get(&target(&house, &[])).with("Authorization", &header);
        asks_for_code(browser.follow(request))
    };
    let mut browser = Browser::new(&scene.server);
    let page = arrive(&mut browser);

    let mut form = page.form(further::OTP).unwrap();
    form.set("tryAnotherWay", "on");
    let mut place = browser.submit(&page.address, &form);
    for _ in 0..3 {
        let Place::Page(page) = &place else { break };
        let Some(mut form) = page.form(further::RECOVERY).or(page.form(further::OTP)) else {
            break;
        };
        form.set("recoveryCodeInput", PAPER);
        form.set("otp", PAPER);
        place = browser.submit(&page.address.clone(), &form);
    }

    assert!(matches!(place, Place::Page(_)), "{place:?}");
    assert!(!browser.cookies().contains("KEYCLOAK_IDENTITY="));
    let path = format!("/users/{}/sessions", text(&house.user(&uid), "id"));
    assert_eq!(house.done("GET", &path, &Value::Null), json!([]));
    // Each of the two ways leads in, as a whole.
    let mut browser = Browser::new(&scene.server);
    let page = arrive(&mut browser);
    further::send(&mut browser, &page, &device.code(0)).client();
    let mut browser = Browser::new(&scene.server);
    let page = house.try_in(&mut browser, &uid, &password_of(&uid)).page();
    assert!(
        page.form(further::RECOVERY).is_some(),
        "{}",
        page.answer.body
    );
    further::send(&mut browser, &page, PAPER).client();
}
