//! Active Directory's flags of an account: switched off, and a password that has to be changed.

use cloakroom_model::user::User;

use super::{Change, Configured, Mapper};
use crate::directory::entry::Entry;
use crate::directory::person::Person;
use crate::directory::settings::{Directory, EditMode};

const CONTROL: &str = "userAccountControl";
const CHANGED: &str = "pwdLastSet";

/// The account is switched off (`ADS_UF_ACCOUNTDISABLE`).
const SWITCHED_OFF: i64 = 0x2;
/// The password is too old (`ADS_UF_PASSWORD_EXPIRED`).
const EXPIRED: i64 = 0x80_0000;

/// `msad-user-account-control-mapper`.
pub(super) struct AccountControl;

impl Mapper for AccountControl {
    fn kind(&self) -> &'static str {
        "msad-user-account-control-mapper"
    }

    fn reads(&self, _: &Configured) -> Vec<String> {
        vec![CONTROL.to_owned(), CHANGED.to_owned()]
    }

    fn map(&self, _: &Configured, (directory, entry): (&Directory, &Entry), person: &mut Person) {
        let control = entry.number(CONTROL);
        person.enabled = control.map(|control| control & SWITCHED_OFF == 0);
        // A password that nobody has chosen yet was set at 0.
        let is_over = entry.number(CHANGED) == Some(0)
            || control.is_some_and(|control| control & EXPIRED != 0);
        person.must_change_password = is_over && directory.edit_mode == EditMode::Writable;
        person.account_control = control;
    }

    fn changes(&self, _: &Configured, (before, after): (&User, &User)) -> Vec<Change> {
        let control = before.attributes.get(CONTROL).and_then(|all| all.first());
        let Some(control) = control.and_then(|text| text.parse::<i64>().ok()) else {
            return Vec::new();
        };
        if before.enabled == after.enabled {
            return Vec::new();
        }
        let control = match after.enabled {
            true => control & !SWITCHED_OFF,
            false => control | SWITCHED_OFF,
        };
        vec![Change {
            attribute: CONTROL.to_owned(),
            values: vec![control.to_string().into_bytes()],
        }]
    }

    fn keeps<'a>(&self, _: &'a Configured, mode: EditMode) -> Option<&'a str> {
        (mode == EditMode::ReadOnly).then_some("enabled")
    }
}
