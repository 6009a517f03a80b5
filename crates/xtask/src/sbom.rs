//! What the server is made of: every crate that is linked into it, with version, licence and digest, as `CycloneDX`.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::command;
use crate::report::{Report, Tally};
use crate::workspace::Workspace;

/// The package whose program is described.
const PROGRAM: &str = "cloakroom-server";

/// What `cargo metadata` says, as far as it is read.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

/// `None` is a dependency of the program itself; tests are `dev`.
#[derive(Debug, Deserialize)]
struct Kind {
    kind: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// The same as lines that the console shows; a test holds them against `Cargo.lock`.
const PARTS: &str = "crates/cloakroom-console/parts.tsv";

/// What stands above them.
const HEAD: &str =
    "# What the server is made of, with version and licence: written by `cargo xtask sbom`.\n";

/// Writes the document and the lines, and says how much is in them.
pub(crate) fn write(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let file = workspace.target.join("cloakroom.cdx.json");
    report.part("sbom", |lines| {
        let document = document(&workspace.root)?;
        std::fs::write(&file, serde_json::to_string_pretty(&document)? + "\n")?;
        std::fs::write(workspace.path(PARTS), parts(&document))?;
        let count = document
            .get("components")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        lines.say(format!("{}: {count} components", file.display()));
        Ok(Tally::one(count > 0))
    });
    Ok(())
}

fn document(root: &Path) -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root);
    let metadata: Metadata = serde_json::from_str(&command::output(&mut cargo)?)?;
    let lock: Lock = toml::from_str(&std::fs::read_to_string(root.join("Cargo.lock"))?)?;
    let digests: BTreeMap<(String, String), String> = lock
        .package
        .into_iter()
        .filter_map(|one| Some(((one.name, one.version), one.checksum?)))
        .collect();
    let packages: BTreeMap<&str, &Package> = metadata
        .packages
        .iter()
        .map(|one| (one.id.as_str(), one))
        .collect();
    let needs: BTreeMap<&str, Vec<&str>> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), linked(node)))
        .collect();
    let program = metadata.packages.iter().find(|one| one.name == PROGRAM);
    let program = program.context("the server is no package of the workspace")?;

    let (mut reached, mut next) = (BTreeSet::new(), vec![program.id.as_str()]);
    while let Some(id) = next.pop() {
        if reached.insert(id) {
            next.extend(needs.get(id).into_iter().flatten().copied());
        }
    }
    let known = |id: &&str| packages.get(*id).copied();
    let components = reached
        .iter()
        .filter(|id| **id != program.id)
        .filter_map(known);
    let components: Vec<Value> = components
        .map(|package| component(package, "library", &digests))
        .collect();
    let dependencies = reached.iter().filter_map(|id| {
        let needed = needs.get(id)?.iter().filter_map(known).map(address);
        Some(json!({ "ref": address(known(id)?), "dependsOn": needed.collect::<BTreeSet<_>>() }))
    });
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": component(program, "application", &digests) },
        "components": components,
        "dependencies": dependencies.collect::<Vec<_>>(),
    }))
}

/// A line for each part that is not of this project: name, version, licence.
fn parts(document: &Value) -> String {
    let all = document.get("components").and_then(Value::as_array);
    let text = |one: &Value, path: &str| -> Option<String> {
        Some(one.pointer(path)?.as_str()?.to_owned())
    };
    let line = |one: &Value| {
        // What is of this project has no digest: it comes from no registry.
        text(one, "/hashes/0/content")?;
        let licence = text(one, "/licenses/0/expression").unwrap_or_default();
        let (name, version) = (text(one, "/name")?, text(one, "/version")?);
        Some(format!("{name}\t{version}\t{licence}\n"))
    };
    let lines: BTreeSet<String> = all.into_iter().flatten().filter_map(line).collect();
    HEAD.to_owned() + &lines.into_iter().collect::<String>()
}

/// What is linked, or compiles what is: all but what tests alone need.
fn linked(node: &Node) -> Vec<&str> {
    let is_linked = |one: &&Dependency| {
        one.dep_kinds
            .iter()
            .any(|kind| kind.kind.as_deref() != Some("dev"))
    };
    node.deps
        .iter()
        .filter(is_linked)
        .map(|one| one.pkg.as_str())
        .collect()
}

/// The address of a package (purl).
fn address(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn component(package: &Package, kind: &str, digests: &BTreeMap<(String, String), String>) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": address(package),
        "name": package.name,
        "version": package.version,
        "purl": address(package),
    });
    if let Some(members) = component.as_object_mut() {
        if let Some(license) = &package.license {
            // Some crates write a slash where SPDX has OR.
            let choices: Vec<&str> = license.split('/').map(str::trim).collect();
            let expression = choices.join(" OR ");
            members.insert("licenses".to_owned(), json!([{ "expression": expression }]));
        }
        if let Some(digest) = digests.get(&(package.name.clone(), package.version.clone())) {
            members.insert(
                "hashes".to_owned(),
                json!([{ "alg": "SHA-256", "content": digest }]),
            );
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_console_says_of_its_parts_is_what_the_server_is_made_of() {
        let workspace = Workspace::find().unwrap();

        let kept = std::fs::read_to_string(workspace.path(PARTS)).unwrap();

        let now = parts(&document(&workspace.root).unwrap());
        assert!(now.lines().count() > 100, "{now}");
        assert!(
            kept == now,
            "{PARTS} is not the present one: run `cargo xtask sbom`"
        );
        let nameless: Vec<&str> = now.lines().filter(|line| line.ends_with('\t')).collect();
        assert!(nameless.is_empty(), "without a licence: {nameless:?}");
    }

    #[test]
    fn what_is_linked_is_listed_with_its_digest_and_what_only_tests_need_is_not() {
        let workspace = Workspace::find().unwrap();

        let document = document(&workspace.root).unwrap();

        let all = document["components"].as_array().unwrap();
        let find = |name: &str| all.iter().find(|one| one["name"] == name);
        let actix = find("actix-web").unwrap();
        assert_eq!(actix["hashes"][0]["content"].as_str().unwrap().len(), 64);
        assert!(
            actix["licenses"][0]["expression"]
                .as_str()
                .unwrap()
                .contains("MIT")
        );
        assert!(find("libtest-mimic").is_none(), "only tests need it");
        assert!(find("xtask").is_none());
    }
}
