//! Which crate may depend on which, and which libraries stay inside their crates.
use anyhow::Result;
use regex::Regex;

use super::Source;
use crate::workspace::{Package, Workspace};

/// The table of docs/ARCHITECTURE.md, names without their prefix. Who is not listed may depend on all.
const ARROWS: &[(&str, &[&str])] = &[
    ("jose", &[]),
    ("verify", &["jose"]),
    ("model", &[]),
    ("oidc", &["jose", "model"]),
    ("login", &["model"]),
    ("federation", &["model"]),
    ("keycloak", &["model"]),
    ("web", &["oidc", "login", "federation", "model"]),
    (
        "admin",
        &["web", "keycloak", "oidc", "login", "federation", "model"],
    ),
    (
        "console",
        &["admin", "web", "keycloak", "oidc", "login", "jose", "model"],
    ),
    ("xtask", &[]),
];

/// A library, how its packages and its paths in Rust begin, and the crates it belongs to.
struct Wall {
    package: &'static str,
    path: &'static str,
    crates: &'static [&'static str],
}

const WALLS: &[Wall] = &[
    Wall {
        package: "diesel",
        path: "diesel",
        crates: &["cloakroom-model"],
    },
    Wall {
        package: "actix",
        path: "actix_web",
        crates: &[
            "cloakroom-web",
            "cloakroom-admin",
            "cloakroom-console",
            "cloakroom-server",
            "cloakroom-verify",
        ],
    },
];

/// Dependencies between our crates that point upwards or sideways.
pub(super) fn crates(workspace: &Workspace) -> Vec<String> {
    workspace.packages.iter().flat_map(wrong_arrows).collect()
}

fn wrong_arrows(package: &Package) -> Vec<String> {
    let Some((_, allowed)) = ARROWS
        .iter()
        .find(|(name, _)| *name == short(&package.name))
    else {
        return Vec::new();
    };
    let ours = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.name.starts_with("cloakroom-"));
    let wrong = ours.filter(|dependency| {
        // The testkit stands above all, and only tests look up to it.
        let is_testkit =
            dependency.name == "cloakroom-testkit" && dependency.kind.as_deref() == Some("dev");
        !is_testkit && !allowed.contains(&short(&dependency.name))
    });
    wrong
        .map(|dependency| format!("{} depends on {}", package.name, dependency.name))
        .collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("cloakroom-").unwrap_or(name)
}

/// Manifests and sources that name a library outside its crates.
pub(super) fn walled_libraries(workspace: &Workspace, sources: &[Source]) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for wall in WALLS {
        for package in workspace
            .packages
            .iter()
            .filter(|package| !wall.crates.contains(&package.name.as_str()))
        {
            let named = package
                .dependencies
                .iter()
                .filter(|dependency| is_of(&dependency.name, wall.package));
            broken.extend(
                named.map(|dependency| format!("{} depends on {}", package.name, dependency.name)),
            );
        }
        let used = Regex::new(&format!(r"\b{}\w*::", wall.path))?;
        let outside = sources
            .iter()
            .filter(|source| source.is_rust() && !source.is_in_crate(wall.crates));
        for source in outside.filter(|source| !source.is_in_crate(&["xtask"])) {
            broken.extend(super::sources::hits(source, &used));
        }
    }
    Ok(broken)
}

fn is_of(dependency: &str, package: &str) -> bool {
    dependency == package
        || dependency.starts_with(&format!("{package}-"))
        || dependency.starts_with(&format!("{package}_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, dependency: &str, kind: Option<&str>) -> Package {
        let dependency = Dependency {
            name: dependency.to_owned(),
            kind: kind.map(str::to_owned),
        };
        Package {
            name: name.to_owned(),
            dependencies: vec![dependency],
        }
    }

    #[test]
    fn an_arrow_upwards_or_sideways_is_found() {
        let rows = [
            ("cloakroom-oidc", "cloakroom-login", None),
            ("cloakroom-model", "cloakroom-jose", None),
            ("cloakroom-web", "cloakroom-server", None),
            ("cloakroom-login", "cloakroom-testkit", None),
        ];

        for (from, to, kind) in rows {
            assert_eq!(
                wrong_arrows(&package(from, to, kind)),
                [format!("{from} depends on {to}")]
            );
        }
    }

    #[test]
    fn an_arrow_of_the_table_is_allowed() {
        let rows = [
            ("cloakroom-oidc", "cloakroom-model", None),
            ("cloakroom-server", "cloakroom-admin", None),
            ("cloakroom-login", "cloakroom-testkit", Some("dev")),
            ("cloakroom-login", "serde", None),
        ];

        for (from, to, kind) in rows {
            assert_eq!(
                wrong_arrows(&package(from, to, kind)),
                [""; 0],
                "{from} {to}"
            );
        }
    }

    #[test]
    fn a_package_belongs_to_a_library_by_its_prefix() {
        assert!(
            is_of("diesel_migrations", "diesel")
                && is_of("actix-web", "actix")
                && is_of("diesel", "diesel")
        );
        assert!(!is_of("dieselpunk", "diesel"));
    }
}
