//! The lists and searches that are measured in a crowd: those of the admin API, as clients ask for them.
use anyhow::Result;

use crate::api::Api;
use crate::bench::lists::{List, first};

/// The realm with the crowd.
pub(super) const REALM: &str = "crowd";

/// What is listed and searched for by fixed words.
const FIXED: &[(&str, &str)] = &[
    ("users", "/users"),
    ("users, 20", "/users?first=0&max=20"),
    ("users, the last page", "/users?first=99900&max=100"),
    ("users, brief", "/users?briefRepresentation=true&max=100"),
    (
        "users by search, a beginning",
        "/users?search=keller&max=20",
    ),
    (
        "users by search, a username",
        "/users?search=anna.keller&max=20",
    ),
    ("users by search, a part", "/users?search=*eller*&max=20"),
    (
        "users by search, the whole",
        "/users?search=%22anna.keller%22&max=20",
    ),
    (
        "users by search, two words",
        "/users?search=anna%20keller&max=20",
    ),
    ("users by search, nobody", "/users?search=*xyzzy*&max=20"),
    (
        "users by search, a page far back",
        "/users?search=a&first=5000&max=20",
    ),
    ("users by username", "/users?username=keller&max=20"),
    (
        "users by username, exact",
        "/users?username=anna.keller&exact=true",
    ),
    ("users by username, nobody", "/users?username=xyzzy"),
    ("users by e-mail", "/users?email=keller%40harbour&max=20"),
    (
        "users by e-mail, exact",
        "/users?email=anna.keller%40harbour.example&exact=true",
    ),
    ("users by first name", "/users?firstName=anna&max=20"),
    (
        "users by both names, exact",
        "/users?firstName=anna&lastName=keller&exact=true",
    ),
    (
        "users by both names, nobody",
        "/users?firstName=anna&lastName=xyzzy",
    ),
    ("users who are disabled", "/users?enabled=false&max=20"),
    (
        "users with unverified addresses",
        "/users?emailVerified=false&max=20",
    ),
    ("users by attribute, many", "/users?q=department:d7&max=20"),
    ("users by attribute, one", "/users?q=employeeNumber:0000042"),
    (
        "users by two attributes",
        "/users?q=department:d7%20locale:de&max=20",
    ),
    ("users by attribute, nobody", "/users?q=department:xyzzy"),
    ("count of users", "/users/count"),
    ("count of users by search", "/users/count?search=*eller*"),
    ("count of users by username", "/users/count?username=keller"),
    (
        "count of users by attribute",
        "/users/count?q=department:d7",
    ),
    ("clients, 20", "/clients?first=0&max=20"),
    ("clients, the last page", "/clients?first=9900&max=100"),
    ("clients by clientId", "/clients?clientId=wiki"),
    ("clients by clientId, none", "/clients?clientId=xyzzy"),
    (
        "clients by search",
        "/clients?clientId=wiki&search=true&max=20",
    ),
    (
        "clients by search, none",
        "/clients?clientId=xyzzy&search=true&max=20",
    ),
    ("groups", "/groups"),
    ("groups by search", "/groups?search=team%2012&max=20"),
    ("groups by search, none", "/groups?search=xyzzy"),
    (
        "groups, not brief",
        "/groups?briefRepresentation=false&max=20",
    ),
    ("count of groups", "/groups/count"),
    (
        "count of groups by search",
        "/groups/count?search=team%2012",
    ),
    ("roles", "/roles"),
    ("roles by search", "/roles?search=man&first=0&max=20"),
    ("role members", "/roles/employee/users"),
    (
        "role members, the last page",
        "/roles/employee/users?first=99900&max=100",
    ),
    ("role members, few", "/roles/support/users?max=20"),
    ("groups with a role", "/roles/auditor/groups"),
    ("sessions by client", "/client-session-stats"),
    ("sessions of the realm", "/ui-ext/sessions?first=0&max=20"),
    (
        "sessions of the realm by search",
        "/ui-ext/sessions?search=keller&first=0&max=20",
    ),
    ("events", "/events"),
    ("events by type", "/events?type=LOGIN_ERROR&max=100"),
    ("events by type, none", "/events?type=REGISTER&max=100"),
    ("events by client", "/events?client=wiki&max=100"),
    ("events by address", "/events?ipAddress=203.0.113.7&max=100"),
    (
        "events by address, none",
        "/events?ipAddress=198.51.100.7&max=100",
    ),
    (
        "events of a span",
        "/events?dateFrom=2000-01-01&dateTo=2100-01-01&max=100",
    ),
    ("events, a page far back", "/events?first=50000&max=100"),
    ("admin events", "/admin-events"),
    (
        "admin events by operation",
        "/admin-events?operationTypes=ACTION&max=100",
    ),
    (
        "admin events by kind, none",
        "/admin-events?resourceTypes=CLIENT_SCOPE&max=100",
    ),
    (
        "admin events by path",
        "/admin-events?resourcePath=users/*/reset-password&max=100",
    ),
    (
        "admin events by path, none",
        "/admin-events?resourcePath=clients/*&max=100",
    ),
    (
        "admin events, a page far back",
        "/admin-events?first=50000&max=100",
    ),
    ("client scopes", "/client-scopes"),
    ("identity providers", "/identity-provider/instances"),
    ("components", "/components"),
    ("flows", "/authentication/flows"),
];

/// All lists; those about one thing are about the first that is found.
pub(super) fn lists(api: &Api) -> Result<Vec<List>> {
    let in_realm = |(name, path): (&'static str, String)| List {
        name,
        path: format!("/{REALM}{path}"),
    };
    let token = api.admin_token()?;
    let found = |path: &str, member: &str| first(api, &token, &format!("/{REALM}{path}"), member);
    let user = found("/users?max=1", "id")?;
    let client = found("/clients?clientId=archive", "id")?;
    let group = found("/groups?max=1", "id")?;
    let role = found("/roles?search=employee", "id")?;
    let mut all = vec![
        List {
            name: "realms",
            path: String::new(),
        },
        List {
            name: "realms, brief",
            path: "?briefRepresentation=true".to_owned(),
        },
    ];
    all.extend(
        FIXED
            .iter()
            .map(|(name, path)| in_realm((*name, (*path).to_owned()))),
    );
    let about_one = [
        ("one user", format!("/users/{user}")),
        ("groups of a user", format!("/users/{user}/groups")),
        ("roles of a user", format!("/users/{user}/role-mappings")),
        (
            "effective roles of a user",
            format!("/users/{user}/role-mappings/realm/composite"),
        ),
        (
            "roles that a user could get",
            format!("/users/{user}/role-mappings/realm/available"),
        ),
        ("sessions of a user", format!("/users/{user}/sessions")),
        ("events of a user", format!("/events?user={user}&max=100")),
        (
            "admin events by administrator",
            format!("/admin-events?authUser={user}&max=100"),
        ),
        ("one client", format!("/clients/{client}")),
        (
            "sessions of a client",
            format!("/clients/{client}/user-sessions?max=20"),
        ),
        (
            "offline sessions of a client",
            format!("/clients/{client}/offline-sessions?max=20"),
        ),
        (
            "count of a client's sessions",
            format!("/clients/{client}/session-count"),
        ),
        ("roles of a client", format!("/clients/{client}/roles")),
        ("group members", format!("/groups/{group}/members")),
        ("groups inside a group", format!("/groups/{group}/children")),
        ("one role by id", format!("/roles-by-id/{role}")),
    ];
    all.extend(about_one.map(in_realm));
    all.push(in_realm(("all clients", "/clients".to_owned())));
    Ok(all)
}
