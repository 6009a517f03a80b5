//! `cloakroom token inspect -`: what is in a token, and what speaks against it.
//!
//! The token comes in through a pipe, because a command line is kept in the shell's history and seen by
//! everybody on the machine. It is neither written down nor sent anywhere: of `--issuer` only the keys
//! are fetched.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use cloakroom_jose::KeySet;
use cloakroom_jose::inspect::{Finding, Form, Report, Signature, inspect};
use cloakroom_verify::Issuer;
use cloakroom_web::app::now;

use super::Ended;

/// More than the longest token that is looked at.
const LIMIT: u64 = 1024 * 1024;

/// What to do with a token.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Says what is in a token: its claims with their sizes, and what speaks against it
    Inspect(Inspect),
}

/// Which token, and how its signature is checked.
#[derive(clap::Args, Debug)]
struct Inspect {
    /// Always `-`: the token is read from standard input, where no history keeps it
    source: String,
    /// Checks the signature with the keys in this file, a JWK Set
    #[arg(long, value_name = "FILE", conflicts_with = "issuer")]
    jwks: Option<PathBuf>,
    /// Checks the signature with the keys of this issuer, the address of a realm
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// Needs no configuration, and starts no log.
pub(super) fn run(options: &Options) -> Ended {
    let Command::Inspect(options) = &options.command;
    if options.source != "-" {
        let why = "a token on the command line stays in the shell's history: pipe it in, and write - in its place";
        return Err(why.to_owned());
    }
    let keys = keys(options)?;
    let mut token = String::new();
    let read = std::io::stdin().take(LIMIT).read_to_string(&mut token);
    read.map_err(|error| format!("standard input: {error}"))?;
    let source = keys.as_ref().map(|keys| keys as _);
    let report = inspect(&token, source, now().seconds()).map_err(|error| error.to_string())?;
    super::print(&text(&report, keys.is_some()))?;
    Ok(match report.signature() {
        Signature::Wrong => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

/// The keys to check with; `None` if nobody named any.
fn keys(options: &Inspect) -> Result<Option<KeySet>, String> {
    if let Some(file) = &options.jwks {
        let named = |why: &dyn std::fmt::Display| format!("{}: {why}", file.display());
        let text = std::fs::read(file).map_err(|error| named(&error))?;
        let keys = KeySet::parse(&text).map_err(|error| named(&error))?;
        return Ok(Some(keys));
    }
    let Some(name) = &options.issuer else {
        return Ok(None);
    };
    let issuer = Issuer::new(name).map_err(|error| format!("{name}: {error}"))?;
    let keys = actix_web::rt::System::new().block_on(issuer.keys());
    let keys = keys.map_err(|error| format!("{name}: {error}"))?;
    Ok(Some((*keys).clone()))
}

fn text(report: &Report, has_keys: bool) -> String {
    let form = match report.form() {
        Form::Signed => "signed",
        Form::Encrypted => "encrypted: its claims cannot be seen without the key",
    };
    let signature = match report.signature() {
        Signature::Right => "right",
        Signature::Wrong => "WRONG: nothing in this token is to be believed",
        Signature::Unchecked if has_keys => "not checked: none of the keys is the one it names",
        Signature::Unchecked => "not checked: name the keys with --issuer URL or --jwks FILE",
    };
    let typ = report.typ().unwrap_or("(none)");
    let mut lines = vec![
        format!("form       {form}"),
        format!("bytes      {}", report.bytes()),
        format!("alg        {}", visible(report.alg())),
        format!("typ        {}", visible(typ)),
        format!("signature  {signature}"),
    ];
    if !report.claims().is_empty() {
        lines.push(String::new());
        lines.push("  bytes  claim".to_owned());
    }
    for claim in report.claims() {
        let mark = if claim.is_personal() {
            "  (personal)"
        } else {
            ""
        };
        lines.push(format!(
            "{:>7}  {}{mark}",
            claim.bytes(),
            visible(claim.name())
        ));
    }
    lines.push(String::new());
    lines.extend(
        report
            .findings()
            .iter()
            .map(|one| format!("look   {}", said(one))),
    );
    if report.findings().is_empty() {
        lines.push("ok     nothing speaks against it".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

fn said(finding: &Finding) -> String {
    match finding {
        Finding::Large { bytes } => {
            format!(
                "{bytes} bytes go along with every request: leave claims out, or ask for fewer scopes"
            )
        }
        Finding::LongLived { seconds } => format!(
            "it lives {}: whoever finds it can use it so long",
            duration(*seconds)
        ),
        Finding::NeverExpires => "it has no end (exp)".to_owned(),
        Finding::Expired => "it is over".to_owned(),
        Finding::NoAudience => {
            "it has no audience (aud), so any service may take it for its own".to_owned()
        }
        Finding::NoIssuer => "it names no issuer (iss)".to_owned(),
        Finding::UnfitAlg { alg } => format!("alg {} is unfit for tokens", visible(alg)),
        Finding::UnfitTyp => "typ does not say which kind of token it is".to_owned(),
        Finding::PersonalData { claims } => {
            let claims: Vec<String> = claims.iter().map(|name| visible(name)).collect();
            format!(
                "it tells everybody who reads it about a person: {}",
                claims.join(", ")
            )
        }
    }
}

/// Seconds in words that people use.
fn duration(seconds: i64) -> String {
    match seconds {
        ..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A token's own texts may hold what moves the cursor or colours a terminal.
fn visible(text: &str) -> String {
    let shown = text.chars().take(64);
    shown
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}
