//! What a directory is asked when nobody is to be asked about: as many questions as about anybody, and none that could be answered.
//!
//! Without it, the time of an answer would tell which names a directory has, which ones the realm has itself, and who is locked.

use cloakroom_model::Secret;

use super::dial::Dial;
use super::line::Line;
use super::search::{self, Whom};
use super::settings::Directory;
use crate::kerberos::password::{self, Begun};
use crate::kerberos::{Centre, Principal, Provider, Ways, provider};
use crate::{Problem, Result};

/// A name and a password of nobody, for one guess.
#[derive(Clone, Debug)]
pub(super) struct Decoy {
    name: String,
    password: Secret,
}

impl Decoy {
    /// Makes one of 43 letters by chance: one half is no name, and the other one no password, that anybody has.
    pub(super) fn of(chance: &Secret) -> Self {
        let (name, password) = chance.expose().split_at_checked(21).unwrap_or_default();
        Self {
            // A name that begins with a sign might be more than a name somewhere.
            name: format!("x{name}"),
            password: Secret::new(password.to_owned()),
        }
    }

    /// Searches so often, and finds nobody.
    pub(super) async fn search(
        &self,
        directory: &Directory,
        times: usize,
        line: &mut Line,
    ) -> Result<()> {
        for _ in 0..times {
            search::one(directory, Whom::Named(&self.name), line).await?;
        }
        Ok(())
    }

    /// Proves the password of nobody. No account of the directory counts it as a failure of its own.
    pub(super) async fn prove(
        &self,
        directory: &Directory,
        ways: Ways<'_, impl Dial, impl Centre>,
    ) -> Result<()> {
        if directory.asks_centre() {
            let provider = provider::of_passwords(directory)?;
            let begun = password::begin(&provider, self.principal(&provider)?, ways).await?;
            return self.go_on(&provider, begun, ways).await;
        }
        let (attribute, base) = (directory.rdn_attribute(), directory.users_dn()?);
        let dn = format!("{attribute}={},{base}", self.name);
        let mut line = Line::open_to_prove(directory, ways.dial).await?;
        line.bind(&dn, self.password.expose()).await?;
        Ok(())
    }

    /// Ends as nobody what was begun about somebody, whom no centre of keys lets pay for it.
    pub(super) async fn go_on(
        &self,
        provider: &Provider,
        begun: Begun,
        ways: Ways<'_, impl Dial, impl Centre>,
    ) -> Result<()> {
        let begun = begun.about(self.principal(provider)?);
        password::finish(provider, begun, &self.password, ways).await?;
        Ok(())
    }

    fn principal(&self, provider: &Provider) -> Result<Principal> {
        let found = Principal::parse(&self.name, &provider.service.realm);
        found.ok_or_else(|| Problem::settings("kerberosRealm is no realm"))
    }
}
