//! A realm with directories, and the steps that its people take.

use std::sync::Arc;

use serde_json::{Value, json};

use super::kdc::Kdc;
use super::samba::Samba;
use super::slapd::{GROUPS, PEOPLE, SERVICE, Slapd};
use crate::browser::{Browser, Page, Place};
use crate::http::{Answer, Request, encode, text};
use crate::realm::{CALLBACK, Client, Realm, merged};
use crate::server::Server;

/// What the tests share.
pub(super) struct Scene {
    pub(super) server: Arc<Server>,
    pub(super) slapd: Arc<Slapd>,
    /// Others, whose certificates are not to be trusted.
    pub(super) distrusted: Arc<Vec<Slapd>>,
    pub(super) samba: Arc<Samba>,
    pub(super) kdc: Arc<Kdc>,
}

impl Scene {
    pub(super) fn set(
        server: &Arc<Server>,
        (slapd, distrusted): (&Arc<Slapd>, &Arc<Vec<Slapd>>),
        (samba, kdc): (&Arc<Samba>, &Arc<Kdc>),
    ) -> Self {
        server.keep_secret(SERVICE.1);
        Self {
            server: Arc::clone(server),
            slapd: Arc::clone(slapd),
            distrusted: Arc::clone(distrusted),
            samba: Arc::clone(samba),
            kdc: Arc::clone(kdc),
        }
    }

    /// A name that no test against another database uses.
    pub(super) fn name(&self, name: &str) -> String {
        format!("{name}-{}", self.server.database)
    }

    /// Somebody new in the directory; their name there.
    pub(super) fn person(&self, name: &str) -> String {
        let uid = self.name(name);
        self.server.keep_secret(&self.slapd.add_person(&uid));
        uid
    }

    /// A realm of its own.
    pub(super) fn house(&self, name: &str) -> House {
        let settings = json!({"eventsEnabled": true, "loginWithEmailAllowed": true});
        let realm = Realm::create(&self.server, &format!("directory-{name}"), settings);
        let direct = json!({"directAccessGrantsEnabled": true});
        House {
            client: realm.create_client("shop", direct),
            realm,
            directory: String::new(),
            server: Arc::clone(&self.server),
        }
    }

    /// A realm of its own with slapd in it; `config` changes the settings.
    pub(super) fn house_of(&self, name: &str, config: Value) -> House {
        let mut house = self.house(name);
        house.directory = house.add("ldap", self.settings(config));
        house
    }

    /// Settings as Keycloak's console makes them.
    pub(super) fn settings(&self, config: Value) -> Value {
        let usual = json!({
            "vendor": "other", "connectionUrl": self.slapd.url(), "authType": "simple",
            "bindDn": SERVICE.0, "bindCredential": SERVICE.1, "usersDn": PEOPLE, "searchScope": "1",
            "usernameLDAPAttribute": "uid", "rdnLDAPAttribute": "uid", "uuidLDAPAttribute": "entryUUID",
            "userObjectClasses": "inetOrgPerson", "editMode": "READ_ONLY", "importEnabled": "true",
            "pagination": "true", "enabled": "true", "priority": "0", "batchSizeForSync": "7",
            "connectionTimeout": "2000", "readTimeout": "2000",
        });
        merged(usual, config)
    }
}

/// A realm with a directory.
pub(super) struct House {
    pub(super) realm: Realm,
    pub(super) client: Client,
    /// The directory's component.
    pub(super) directory: String,
    server: Arc<Server>,
}

/// Each value as the list of one that components have.
pub(super) fn listed(config: &Value) -> Value {
    let all = config.as_object().unwrap().iter();
    let all = all.map(|(name, value)| (name.clone(), json!([value])));
    Value::Object(all.collect())
}

impl House {
    /// Calls the admin API, which has to agree.
    pub(super) fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.realm.call(method, path, body);
        assert!(
            answer.status < 300,
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
        answer.json()
    }

    /// Adds a directory; its id.
    pub(super) fn add(&self, name: &str, config: Value) -> String {
        let family = "org.keycloak.storage.UserStorageProvider";
        self.add_component(name, ("ldap", family), &config, None)
    }

    /// Adds a provider of users of another kind; its id. Of its people no more is known than a name to sign in with, and
    /// nobody is asked for the rest.
    pub(super) fn add_of(&self, kind: &str, config: Value) -> String {
        let action = "/authentication/required-actions/VERIFY_PROFILE";
        self.realm.change(action, json!({"enabled": false}));
        let family = "org.keycloak.storage.UserStorageProvider";
        self.add_component(kind, (kind, family), &config, None)
    }

    /// Adds a mapper to the directory; its id.
    pub(super) fn add_mapper(&self, name: &str, kind: &str, config: Value) -> String {
        let family = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper";
        self.add_component(name, (kind, family), &config, Some(&self.directory))
    }

    fn add_component(
        &self,
        name: &str,
        (kind, family): (&str, &str),
        config: &Value,
        parent: Option<&str>,
    ) -> String {
        let mut asked = json!({
            "name": name, "providerId": kind, "providerType": family, "config": listed(config),
        });
        if let Some(parent) = parent {
            asked = merged(asked, json!({"parentId": parent}));
        }
        let answer = self.realm.call("POST", "/components", &asked);
        assert_eq!(answer.status, 201, "{}", answer.body);
        let location = answer.location().unwrap_or_default();
        location.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The mapper of the directory's groups.
    pub(super) fn add_groups(&self, config: Value) -> String {
        let usual = json!({
            "groups.dn": GROUPS, "group.name.ldap.attribute": "cn", "group.object.classes": "groupOfNames",
            "preserve.group.inheritance": "false", "membership.ldap.attribute": "member",
            "membership.attribute.type": "DN", "mode": "READ_ONLY", "groups.path": "/",
            "user.roles.retrieve.strategy": "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE",
        });
        self.add_mapper("groups", "group-ldap-mapper", merged(usual, config))
    }

    /// The page of the sign-in.
    pub(super) fn login(&self, browser: &mut Browser) -> Page {
        let fields = [
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid profile email"),
        ];
        let path = format!("{}?{}", self.realm.path("auth"), encode(&fields));
        browser.open(&path).page()
    }

    /// Signs in with the form; where the browser ends.
    pub(super) fn try_in(&self, browser: &mut Browser, name: &str, password: &str) -> Place {
        let page = self.login(browser);
        let mut form = page.form("kc-form-login").expect("the form of the sign-in");
        form.set("username", name);
        form.set("password", password);
        browser.submit(&page.address, &form)
    }

    /// Signs somebody in who may; the claims of the ID token.
    pub(super) fn sign_in(&self, name: &str, password: &str) -> Value {
        let mut browser = Browser::new(&self.server);
        let callback = self.try_in(&mut browser, name, password).client();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", callback.get("code")),
            ("redirect_uri", CALLBACK),
            ("client_id", self.client.id.as_str()),
            ("client_secret", self.client.secret.as_str()),
        ];
        let answer = self
            .server
            .send(&Request::form(&self.realm.path("token"), &fields));
        assert_eq!(answer.status, 200, "{}", answer.body);
        crate::jwt::claims(text(&answer.json(), "id_token"))
    }

    /// Whoever tries this is not let in; the page that says so.
    pub(super) fn refuse(&self, name: &str, password: &str) -> Page {
        let mut browser = Browser::new(&self.server);
        let page = self.try_in(&mut browser, name, password).page();
        assert!(
            page.is_login(),
            "{} {}",
            page.answer.status,
            page.answer.body
        );
        page
    }

    /// The password grant.
    pub(super) fn direct(&self, name: &str, password: &str) -> Answer {
        let fields = [
            ("grant_type", "password"),
            ("username", name),
            ("password", password),
            ("scope", "openid"),
            ("client_id", self.client.id.as_str()),
            ("client_secret", self.client.secret.as_str()),
        ];
        let path = self.realm.path("token");
        self.server.send(&Request::form(&path, &fields))
    }

    /// The users with exactly this name.
    pub(super) fn users(&self, username: &str) -> Vec<Value> {
        let path = format!("/users?exact=true&username={username}");
        let found = self.done("GET", &path, &Value::Null);
        found.as_array().cloned().unwrap_or_default()
    }

    pub(super) fn user(&self, username: &str) -> Value {
        let mut found = self.users(username);
        assert_eq!(found.len(), 1, "{username}");
        found.remove(0)
    }

    pub(super) fn count(&self) -> i64 {
        let count = self.done("GET", "/users/count", &Value::Null);
        count.as_i64().unwrap()
    }

    /// The paths of a user's groups.
    pub(super) fn groups(&self, user: &Value) -> Vec<String> {
        let path = format!("/users/{}/groups", text(user, "id"));
        let found = self.done("GET", &path, &Value::Null);
        let all = found.as_array().cloned().unwrap_or_default();
        all.iter().map(|one| text(one, "path").to_owned()).collect()
    }

    /// Takes everybody over; what came of it.
    pub(super) fn sync(&self, query: &str) -> Value {
        let path = format!("/user-storage/{}/sync?action={query}", self.directory);
        self.done("POST", &path, &Value::Null)
    }
}
