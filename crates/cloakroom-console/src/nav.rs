//! The navigation: every page that has a place of its own, in the groups that administrators think in.

/// A group of pages.
#[derive(Debug)]
pub(crate) struct Group {
    /// The key of its name.
    pub(crate) key: &'static str,
    /// Its pages.
    pub(crate) items: &'static [Item],
}

/// A page of the navigation.
#[derive(Debug)]
pub(crate) struct Item {
    /// The key of its name.
    pub(crate) key: &'static str,
    /// Its path below the realm.
    pub(crate) path: &'static str,
    /// Whoever has one of these rights sees it; nothing means anybody with any right.
    pub(crate) rights: &'static [&'static str],
    /// The letter that opens it after `g`; empty for none.
    pub(crate) letter: &'static str,
}

const fn item(
    key: &'static str,
    path: &'static str,
    rights: &'static [&'static str],
    letter: &'static str,
) -> Item {
    Item {
        key,
        path,
        rights,
        letter,
    }
}

const USERS: &[&str] = &["view-users", "manage-users", "query-users"];
const REALM: &[&str] = &["view-realm", "manage-realm"];
/// Whoever makes or looks at people needs to know what is kept of them.
const PROFILE: &[&str] = &[
    "view-realm",
    "manage-realm",
    "view-users",
    "manage-users",
    "query-users",
];
const GROUPS: &[&str] = &["view-users", "manage-users", "query-groups"];
const CLIENTS: &[&str] = &["view-clients", "manage-clients", "query-clients"];
const PROVIDERS: &[&str] = &["view-identity-providers", "manage-identity-providers"];
const VIEW_CLIENTS: &[&str] = &["view-clients", "manage-clients"];
const PEOPLE: &[&str] = &["view-users", "manage-users"];
/// Whoever may see people, clients or roles sees those that were deleted.
const BIN: &[&str] = &[
    "view-users",
    "manage-users",
    "view-clients",
    "manage-clients",
    "view-realm",
    "manage-realm",
];
const ORGANIZATIONS: &[&str] = &[
    "query-organizations",
    "view-organizations",
    "manage-organizations",
    "manage-realm",
];
const EVENTS: &[&str] = &["view-events", "manage-events"];

/// The navigation of a realm.
pub(crate) const NAV: &[Group] = &[
    Group {
        key: "nav-overview",
        items: &[
            item("nav-dashboard", "/dashboard", &[], "d"),
            item("nav-events", "/events", EVENTS, "e"),
            item("nav-admin-events", "/admin-events", EVENTS, "a"),
        ],
    },
    Group {
        key: "nav-directory",
        items: &[
            item("nav-users", "/users", USERS, "u"),
            item("nav-groups", "/groups", GROUPS, "p"),
            item("nav-roles", "/roles", REALM, "r"),
            item("nav-profile", "/profile", PROFILE, ""),
            item("nav-organizations", "/organizations", ORGANIZATIONS, "x"),
        ],
    },
    Group {
        key: "nav-applications",
        items: &[
            item("nav-clients", "/clients", CLIENTS, "c"),
            item("nav-client-scopes", "/client-scopes", CLIENTS, "s"),
        ],
    },
    Group {
        key: "nav-sign-in",
        items: &[
            item("nav-flows", "/flows", REALM, "w"),
            item("nav-branding", "/branding", REALM, "h"),
            item(
                "nav-identity-providers",
                "/identity-providers",
                PROVIDERS,
                "y",
            ),
            item("directories", "/directories", REALM, "q"),
        ],
    },
    Group {
        key: "nav-security",
        items: &[
            item("nav-sessions", "/sessions", REALM, "n"),
            item("nav-keys", "/keys", REALM, "k"),
        ],
    },
    Group {
        key: "nav-tools",
        items: &[
            item("nav-explain", "/explain", EVENTS, "z"),
            item("nav-inspector", "/inspector", &[], "t"),
            item("nav-test-client", "/test-client", VIEW_CLIENTS, "v"),
        ],
    },
    Group {
        key: "nav-system",
        items: &[
            item("nav-settings", "/settings", REALM, "o"),
            item("nav-transfer", "/transfer", REALM, "i"),
            item("nav-jobs", "/jobs", PEOPLE, "f"),
            item("nav-recycle-bin", "/recycle-bin", BIN, "b"),
            item("nav-administrators", "/administrators", PEOPLE, "m"),
            item("nav-realms", "/realms", &[], "l"),
            item("nav-system-page", "/system", REALM, "j"),
        ],
    },
];

/// The page of the navigation at this path.
pub(crate) fn item_of(path: &str) -> Option<&'static Item> {
    let mut items = NAV.iter().flat_map(|group| group.items);
    items.find(|item| item.path == path)
}
