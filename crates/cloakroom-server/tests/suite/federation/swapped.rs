//! One attempt, two people: whoever has proved one account says at the provider's question that another is theirs.

use serde_json::{Value, json};

use super::Story;
use super::op::{Op, query_of};
use super::scene::Scene;
use crate::browser::{Browser, Page, Place};
use crate::further;
use crate::http::Request;
use crate::realm::Person;

pub(super) const STORIES: &[Story] = &[
    (
        "swapped::whoever-has-proved-their-own-password-gets-no-account-by-claiming-it",
        |scene| play(scene, &Row::new("password", by_password)),
    ),
    (
        "swapped::whoever-has-just-registered-gets-no-account-by-claiming-it",
        |scene| play(scene, &Row::new("registered", by_registration)),
    ),
    (
        "swapped::whoever-has-a-session-gets-no-account-by-claiming-it",
        |scene| {
            let row = Row::new("session", nothing);
            play(
                scene,
                &Row {
                    has_session: true,
                    ..row
                },
            );
        },
    ),
    (
        "swapped::whoever-owes-a-code-of-their-own-gets-no-account-by-claiming-it",
        |scene| {
            let row = Row::new("code", by_password);
            play(
                scene,
                &Row {
                    has_device: true,
                    ..row
                },
            );
        },
    ),
    (
        "swapped::whoever-claims-an-account-proves-it-with-no-password-of-their-own",
        |scene| {
            let row = Row::new("claimed", by_password);
            play(
                scene,
                &Row {
                    claims_first: true,
                    ..row
                },
            );
        },
    ),
];

/// What stands in the victim's profile, and nowhere else.
const MARK: &str = "Known-To-The-Victim-Alone";

/// How the attacker is proved.
struct Row {
    name: &'static str,
    /// On the page to which the attempt has come.
    proves: fn(&mut Attack, Page),
    has_session: bool,
    has_device: bool,
    /// The account is claimed before anything is proved.
    claims_first: bool,
}

impl Row {
    fn new(name: &'static str, proves: fn(&mut Attack, Page)) -> Self {
        Self {
            name,
            proves,
            has_session: false,
            has_device: false,
            claims_first: false,
        }
    }
}

/// One tab of one browser.
struct Attack {
    scene: Scene,
    browser: Browser,
    attacker: Person,
    device: further::Device,
    /// The query of the forms of the attempt, with what proves that they are the server's.
    query: String,
}

fn play(scene: &Scene, row: &Row) {
    let scene = scene.in_realm(&format!("federation-swapped-{}", row.name));
    scene.realm.change("", json!({"registrationAllowed": true}));
    let op = scene.op(&format!("swapped-{}", row.name));
    // What is missing is asked for, so that there is a form to type an address into.
    op.change(|says| {
        says.userinfo.as_object_mut().unwrap().remove("family_name");
    });
    let victim = json!({"firstName": MARK, "lastName": MARK});
    let victim = scene.realm.create_person("victim", victim);
    let of_victim = format!("/users/{}", victim.id);
    let before = scene.done("GET", &of_victim, &Value::Null);
    let device = further::Device::new("mallory");
    let password = "an honest passphrase of mallory";
    let mut all = vec![json!({"type": "password", "value": password})];
    all.extend(row.has_device.then(|| device.credential("")));
    let attacker = scene
        .realm
        .create_person("mallory", json!({"credentials": all}));
    let mut attack = Attack {
        browser: scene.browser(),
        query: String::new(),
        attacker,
        device,
        scene,
    };

    attack.begin(&op, row.has_session);
    if row.claims_first {
        attack.claim(&victim);
    }
    if let Some(page) = attack.resume() {
        (row.proves)(&mut attack, page);
    }
    if !row.claims_first {
        attack.claim(&victim);
    }
    attack.collect();

    let Attack {
        scene, mut browser, ..
    } = attack;
    let links = scene.done(
        "GET",
        &format!("{of_victim}/federated-identity"),
        &Value::Null,
    );
    assert_eq!(
        links,
        json!([]),
        "the account there is linked to the victim"
    );
    let sessions = scene.done("GET", &format!("{of_victim}/sessions"), &Value::Null);
    assert_eq!(sessions, json!([]), "there is a session of the victim");
    assert_eq!(scene.done("GET", &of_victim, &Value::Null), before);
    let silent = browser.open(&scene.request(&[("prompt", "none")])).client();
    if !silent.get("code").is_empty() {
        assert_ne!(scene.claims(&silent)["sub"], json!(victim.id));
    }
}

impl Attack {
    /// Asks for a page of the profile, and comes back from the provider as nobody who is known here.
    fn begin(&mut self, op: &Op, has_session: bool) {
        if has_session {
            let request = self.scene.request(&[]);
            self.browser
                .answer(&request, &self.attacker.clone())
                .client();
        }
        let request = self.scene.request(&[("kc_action", "UPDATE_PROFILE")]);
        let place = self.browser.open(&request);
        self.see(place).expect("a page");
        let leave = self.path(&format!("broker{}/login", op.path));
        let left = self.browser.open(&leave).client();
        op.arrive(&query_of(&left.address));
        let place = self.browser.open(&self.scene.way_back(&left, &[]));
        let page = self.see(place).expect("a page");
        assert!(
            page.form("kc-idp-review-profile-form").is_some(),
            "{}",
            page.answer.body
        );
    }

    /// The same attempt at another place.
    fn path(&self, place: &str) -> String {
        format!("/realms/{}/{place}?{}", self.scene.realm.name, self.query)
    }

    /// Looks at where the browser is: the query of the page's form is the one that counts.
    fn see(&mut self, place: Place) -> Option<Page> {
        let Place::Page(page) = place else {
            return None;
        };
        let body = &page.answer.body;
        assert!(!body.contains(MARK), "the victim's profile: {body}");
        let forms = crate::html::forms(body).into_iter();
        let mut queries = forms.filter_map(|form| Some(form.action.split_once('?')?.1.to_owned()));
        if let Some(query) = queries.find(|query| query.contains("session_code=")) {
            self.query = query;
        }
        Some(page)
    }

    fn post(&mut self, place: &str, fields: &[(&str, &str)]) -> Option<Page> {
        let request = Request::form(&self.path(place), fields);
        let place = self.browser.follow(request);
        self.see(place)
    }

    fn resume(&mut self) -> Option<Page> {
        let place = self.browser.open(&self.path("login-actions/authenticate"));
        self.see(place)
    }

    /// Types the victim's address as the one of the account there, and says that the account here is theirs.
    fn claim(&mut self, victim: &Person) {
        let email = format!("{}@example.org", victim.username);
        let profile = [
            ("username", "nobody-yet"),
            ("email", email.as_str()),
            ("firstName", "Grace"),
            ("lastName", "Hopper"),
        ];
        self.post("login-actions/first-broker-login", &profile);
        let claimed = [("submitAction", "linkAccount")];
        self.post("login-actions/first-broker-login", &claimed);
    }

    /// Goes on to wherever the attempt leads.
    fn collect(&mut self) {
        let page = self.resume();
        if let Some(page) = page.filter(|page| page.form(further::OTP).is_some()) {
            let code = self.device.code(0);
            let place = further::send(&mut self.browser, &page, &code);
            self.see(place);
        }
        self.post("login-actions/required-action", &[("cancel-aia", "true")]);
        self.resume();
    }
}

fn nothing(_: &mut Attack, _: Page) {}

fn by_password(attack: &mut Attack, page: Page) {
    if !page.is_login() {
        return;
    }
    let Person {
        username, password, ..
    } = attack.attacker.clone();
    let fields = [("username", username.as_str()), ("password", &password)];
    attack.post("login-actions/authenticate", &fields);
}

fn by_registration(attack: &mut Attack, _: Page) {
    let place = attack
        .browser
        .open(&attack.path("login-actions/registration"));
    attack.see(place);
    let password = "a passphrase of somebody new";
    let fields = [
        ("username", "mallory-anew"),
        ("email", "mallory-anew@example.org"),
        ("firstName", "Mallory"),
        ("lastName", "Anew"),
        ("password", password),
        ("password-confirm", password),
    ];
    attack.post("login-actions/registration", &fields);
    // Nothing of this says much unless there is somebody now.
    assert_eq!(attack.scene.users("mallory-anew").len(), 1);
}
