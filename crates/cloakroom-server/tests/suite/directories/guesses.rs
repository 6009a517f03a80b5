//! Guesses at people of directories: counted as those at anybody, under all of their names together, and told apart by nobody.

use serde_json::{Value, json};

use super::Story;
use super::ledger::{Ledger, Resident, SERVICE, password_of};
use super::scene::{House, Scene};
use super::slapd::SERVICE as KNOWN;
use crate::http::{Answer, text};
use crate::server::pause;

pub(super) const STORIES: &[Story] = &[
    (
        "FED-16-V077-guesses-at-whoever-was-never-here-lock-them-out-under-every-name",
        |scene| locked(scene, "true"),
    ),
    (
        "FED-16-V077-guesses-at-whoever-is-never-imported-lock-them-out-under-every-name",
        |scene| locked(scene, "false"),
    ),
    (
        "a-lockout-for-good-ends-by-an-administrator-and-asks-no-directory-before",
        for_good,
    ),
    (
        "FED-16-V077-a-guess-that-has-to-wait-reaches-no-directory-under-any-name",
        paced,
    ),
    (
        "somebody-whose-account-another-has-is-never-asked-about",
        taken,
    ),
    (
        "what-a-guess-asks-of-directories-does-not-tell-who-is-in-them",
        alike,
    ),
    (
        "a-directory-that-is-away-locks-none-of-its-people-out",
        away,
    ),
    (
        "whoever-was-guessed-at-first-gets-their-groups-when-they-come",
        groups,
    ),
    (
        "whoever-was-guessed-at-first-is-read-as-somebody-new-when-they-come",
        anew,
    ),
    (
        "a-lockout-for-good-is-not-ended-by-the-word-of-a-directory",
        switched_on,
    ),
];

const PEOPLE: &[Resident] = &[
    Resident {
        name: "mary",
        id: "11111111-0000-4000-8000-000000000001",
        address: "mary@example.org",
    },
    Resident {
        name: "grace",
        id: "11111111-0000-4000-8000-000000000002",
        address: "grace@example.org",
    },
];

const OTHERS: &[Resident] = &[Resident {
    name: "hedy",
    id: "22222222-0000-4000-8000-000000000001",
    address: "hedy@example.org",
}];

/// A realm with such a directory, which locks people out after three failures.
fn strict(scene: &Scene, name: &str, ledger: &Ledger, config: Value) -> House {
    let house = open(scene, name, ledger, config);
    let strict = json!({
        "bruteForceProtected": true, "failureFactor": 3, "waitIncrementSeconds": 600,
        "maxFailureWaitSeconds": 600, "quickLoginCheckMilliSeconds": 0,
    });
    house.realm.change("", strict);
    house
}

fn open(scene: &Scene, name: &str, ledger: &Ledger, config: Value) -> House {
    let mut house = scene.house(name);
    house.directory = add(scene, &house, ("Ledger", ledger), config);
    house
}

fn add(scene: &Scene, house: &House, (name, ledger): (&str, &Ledger), config: Value) -> String {
    let own = json!({"connectionUrl": ledger.url, "bindDn": SERVICE});
    house.add(name, crate::realm::merged(scene.settings(own), config))
}

/// The same words for a wrong password, whoever it is about.
fn is_wrong(answer: &Answer) {
    assert!([400, 401].contains(&answer.status), "{}", answer.body);
    assert!(
        answer.body.contains("Invalid user credentials"),
        "{}",
        answer.body
    );
}

fn locked(scene: &Scene, import: &str) {
    let ledger = Ledger::open(PEOPLE);
    let config = json!({"importEnabled": import});
    let house = strict(scene, &format!("locked-{import}"), &ledger, config);

    for name in ["mary", "mary@example.org", "MARY"] {
        is_wrong(&house.direct(name, "not the password"));
    }
    let asked = ledger.look();
    assert_eq!(asked.binds_of("mary"), 3, "{asked:?}");
    for name in ["mary", "Mary@Example.org"] {
        is_wrong(&house.direct(name, &password_of("mary")));
        house.refuse(name, &password_of("mary"));
    }

    assert_eq!(ledger.look().binds_of("mary"), 0, "it is locked");
    let id = text(&house.user("mary"), "id").to_owned();
    let path = format!("/attack-detection/brute-force/users/{id}");
    let seen = house.done("GET", &path, &Value::Null);
    assert_eq!(seen["disabled"], json!(true), "{seen}");
    assert_eq!(seen["numFailures"], json!(3), "{seen}");
    house.done("DELETE", &path, &Value::Null);
    assert_eq!(
        house.sign_in("mary", &password_of("mary"))["sub"],
        json!(id)
    );
    // Others are not concerned.
    house.sign_in("grace", &password_of("grace"));
}

fn for_good(scene: &Scene) {
    let ledger = Ledger::open(PEOPLE);
    let house = strict(scene, "for-good", &ledger, json!({}));
    house.realm.change("", json!({"permanentLockout": true}));

    for _ in 0..3 {
        is_wrong(&house.direct("mary", "not the password"));
    }
    ledger.look();
    let user = house.user("mary");
    let path = format!("/users/{}", text(&user, "id"));
    assert_eq!(user["enabled"], json!(false));
    is_wrong(&house.direct("mary@example.org", &password_of("mary")));

    assert_eq!(ledger.look().binds_of("mary"), 0, "it is locked");
    house
        .realm
        .change(&path, json!({"enabled": true, "requiredActions": []}));
    pause(std::time::Duration::from_millis(2_200));
    house.sign_in("mary", &password_of("mary"));
}

fn paced(scene: &Scene) {
    let ledger = Ledger::open(PEOPLE);
    let house = open(scene, "paced", &ledger, json!({}));

    for name in ["mary", "mary@example.org", "mary", "mary@example.org"] {
        is_wrong(&house.direct(name, "not the password"));
    }
    assert_eq!(ledger.look().binds_of("mary"), 4);
    is_wrong(&house.direct("mary", &password_of("mary")));
    assert_eq!(ledger.look().binds_of("mary"), 0, "it is held");
    assert_eq!(house.count(), 0, "nobody is stored for a guess");
    // Told to wait by the name alone, so that no directory is asked anything.
    pause(std::time::Duration::from_millis(1_200));
    is_wrong(&house.direct("mary", "not the password"));
    ledger.look();
    let told = house.direct("mary", &password_of("mary"));
    assert_eq!(told.status, 429, "{}", told.body);
    assert_eq!(ledger.look().numbers(), (0, 0));
    pause(std::time::Duration::from_millis(4_200));
    assert_eq!(house.direct("mary", &password_of("mary")).status, 200);
}

fn taken(scene: &Scene) {
    let ledger = Ledger::open(PEOPLE);
    let house = strict(scene, "taken", &ledger, json!({}));
    let settings = json!({"email": "mary@example.org"});
    house.realm.create_person("owner", settings);

    is_wrong(&house.direct("mary", &password_of("mary")));

    assert_eq!(ledger.look().binds_of("mary"), 0);
    assert_eq!(house.count(), 1);
}

fn alike(scene: &Scene) {
    let (first, second) = (Ledger::open(PEOPLE), Ledger::open(OTHERS));
    let house = strict(scene, "alike", &first, json!({"priority": "0"}));
    add(scene, &house, ("Second", &second), json!({"priority": "1"}));
    let own = house.realm.create_person("own", json!({}));
    let guess = |name: &str| {
        is_wrong(&house.direct(name, "not the password"));
        (first.look().numbers(), second.look().numbers())
    };

    let nobody = guess("nobody");
    assert_eq!(nobody, ((1, 1), (1, 1)));
    assert_eq!(guess("mary"), nobody, "of the first one, never here");
    assert_eq!(guess("mary"), nobody, "of the first one, stored by now");
    assert_eq!(guess("hedy"), nobody, "of the second one, never here");
    assert_eq!(guess("hedy"), nobody, "of the second one, stored by now");
    assert_eq!(guess(&own.username), nobody, "of the realm itself");
    let nobody = guess("nobody@example.org");
    assert_eq!(nobody, ((2, 1), (2, 1)));
    assert_eq!(guess("grace@example.org"), nobody, "never here");
    assert_eq!(guess("grace@example.org"), nobody, "stored by now");
    assert_eq!(guess("hedy@example.org"), nobody, "the third failure");
    assert_eq!(guess("hedy@example.org"), nobody, "locked out");
    // Who knows a password of the realm's own asks no directory anything.
    house.sign_in(&own.username, &own.password);
    assert_eq!(first.look().numbers(), (0, 0));
    // Who knows a password of a directory asks that one alone.
    house.sign_in("grace", &password_of("grace"));
    assert_eq!(first.look().numbers(), (1, 1));
    assert_eq!(second.look().numbers(), (0, 0));
}

fn away(scene: &Scene) {
    let mut house = scene.house("away");
    let strict = json!({
        "bruteForceProtected": true, "failureFactor": 2, "waitIncrementSeconds": 600,
        "quickLoginCheckMilliSeconds": 0, "maxFailureWaitSeconds": 600,
    });
    house.realm.change("", strict);
    house.directory = house.add("ldap", scene.settings(json!({})));
    let uid = scene.person("away");
    house.sign_in(&uid, &super::slapd::password_of(&uid));
    let path = format!("/components/{}", house.directory);
    let honest = house.done("GET", &path, &Value::Null);
    let mut gone = honest.clone();
    // Nobody listens there.
    let nowhere = format!("ldap://{}:1024", super::authority::address(1));
    gone["config"]["connectionUrl"] = json!([nowhere]);
    gone["config"]["bindCredential"] = json!([KNOWN.1]);
    house.done("PUT", &path, &gone);

    for _ in 0..4 {
        let page = house.refuse(&uid, &super::slapd::password_of(&uid));
        assert_eq!(page.answer.status, 503, "{}", page.answer.body);
    }

    let mut back = honest;
    back["config"]["bindCredential"] = json!([KNOWN.1]);
    house.done("PUT", &path, &back);
    house.sign_in(&uid, &super::slapd::password_of(&uid));
}

fn groups(scene: &Scene) {
    let mut house = scene.house("guessed-groups");
    house.realm.change("", json!({"bruteForceProtected": true}));
    house.directory = house.add("ldap", scene.settings(json!({})));
    house.add_groups(json!({"mode": "IMPORT"}));
    let (uid, group) = (scene.person("guessed"), scene.name("guessed-choir"));
    scene.slapd.add_group(&group, &[super::slapd::dn_of(&uid)]);

    house.refuse(&uid, "not the password");
    house.sign_in(&uid, &super::slapd::password_of(&uid));

    assert_eq!(house.groups(&house.user(&uid)), [format!("/{group}")]);
}

fn anew(scene: &Scene) {
    let mut house = scene.house("guessed-anew");
    house.realm.change("", json!({"bruteForceProtected": true}));
    house.directory = house.add("ldap", scene.settings(json!({"editMode": "UNSYNCED"})));
    let uid = scene.person("guessed-anew");
    house.refuse(&uid, "not the password");
    let dn = super::slapd::dn_of(&uid);
    let change = |name: &str| {
        let address = format!("{uid}@{name}.example");
        let ldif = format!("dn: {dn}\nchangetype: modify\nreplace: mail\nmail: {address}\n");
        scene.slapd.change(&ldif);
        address
    };

    let first = change("first");
    house.sign_in(&uid, &super::slapd::password_of(&uid));
    assert_eq!(house.user(&uid)["email"], json!(first));

    // From now on what is here stays.
    change("second");
    house.sign_in(&uid, &super::slapd::password_of(&uid));
    assert_eq!(house.user(&uid)["email"], json!(first));
}

fn switched_on(scene: &Scene) {
    let ledger = Ledger::open(PEOPLE);
    let house = strict(scene, "switched-on", &ledger, json!({}));
    house.realm.change("", json!({"permanentLockout": true}));
    let kind = "msad-user-account-control-mapper";
    house.add_mapper("account control", kind, json!({}));
    let found = |name: &str| {
        let path = format!("/users?username={name}&exact=true");
        house.done("GET", &path, &Value::Null)[0].clone()
    };
    for _ in 0..3 {
        is_wrong(&house.direct("mary", "not the password"));
    }

    for _ in 0..2 {
        assert_eq!(found("mary")["enabled"], json!(false));
    }
    is_wrong(&house.direct("mary", &password_of("mary")));
    assert_eq!(ledger.look().binds_of("mary"), 3, "it is locked");
    // The search does bring the directory's word: it counts where nobody is locked out for good.
    house.realm.change("", json!({"permanentLockout": false}));
    assert_eq!(found("mary")["enabled"], json!(true));
}
