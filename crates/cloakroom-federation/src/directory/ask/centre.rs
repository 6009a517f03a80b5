//! A password of somebody whom Kerberos alone knows: a centre of keys is asked, and there is no directory.

use cloakroom_model::{Fault, user};

use super::{Claimed, Directory, Person, Question, Silent, Word, prove};
use crate::directory::Dial;
use crate::kerberos::password::{self, Said};
use crate::kerberos::{self, Centre, Principal, Provider, Ways};

impl Question {
    /// Asks a centre who that is, and then about the password, if `may` lets that be.
    pub(super) async fn ask_centre(
        &self,
        (directory, claimed): (&Directory, &Claimed),
        ways: Ways<'_, impl Dial, impl Centre>,
        may: &mut impl AsyncFnMut(&Directory, &Person) -> Result<bool, Fault>,
    ) -> Result<Word, Silent> {
        let provider = kerberos::provider::of_passwords(directory)?;
        let Some(client) = client_of(claimed, &provider) else {
            self.pretend(directory, ways).await?;
            return Ok(Word::Nobody);
        };
        let person = kerberos::person::alone(&client);
        let person = person.filter(|_| prove::is_password(&self.password));
        let begun = password::begin(&provider, client, ways).await?;
        let is_known = begun.is_known();
        let may_go_on = match &person {
            Some(_) if !is_known => false,
            Some(_) if matches!(claimed, Claimed::Known(_)) => true,
            Some(person) => may(directory, person).await.map_err(Silent::Fault)?,
            None => false,
        };
        let Some(person) = person.filter(|_| may_go_on) else {
            if prove::is_password(&self.password) {
                self.decoy.go_on(&provider, begun, ways).await?;
            }
            return Ok(match is_known {
                true => Word::Wrong(None),
                false => Word::Nobody,
            });
        };
        Ok(
            match password::finish(&provider, begun, &self.password, ways).await? {
                Said::Right => Word::Right(Box::new(person)),
                Said::Wrong(why) => Word::Wrong(Some(why)),
            },
        )
    }
}

/// The principal of whoever is meant; `None` if it cannot be one of the provider's realm.
fn client_of(claimed: &Claimed, provider: &Provider) -> Option<Principal> {
    let realm = &provider.service.realm;
    let found = match claimed {
        Claimed::Known(id) => Principal::parse(id, realm)?,
        Claimed::Named { text, .. } => {
            // An address of the realm is a name of it, and another one of nobody's there.
            let (name, of) = text.split_once('@').unwrap_or((text, realm));
            // RFC 4120 §5.2.1: a name is of ASCII letters. A centre that folds others would have several names for one person.
            if !of.eq_ignore_ascii_case(realm) || !name.is_ascii() {
                return None;
            }
            // A name is the same in whichever case it is typed, so that nobody has several to be guessed under.
            Principal::parse(&user::fold(name), realm)?
        }
    };
    (found.realm == *realm && found.person().is_some()).then_some(found)
}
