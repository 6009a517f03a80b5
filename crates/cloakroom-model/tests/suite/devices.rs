//! Browsers that a user is known by: as many as are used, and no more than a bound.

use cloakroom_model::id::UserId;
use cloakroom_model::known_device::{self, MOST};
use cloakroom_model::{Digest, Fault, Ttl, user};

use super::store::{NOW, on_each, person};

fn device(number: i64) -> Digest {
    Digest::of(format!("device {number}").as_bytes())
}

#[test]
fn a_user_is_known_by_the_devices_that_were_used_last() {
    on_each(|store| {
        store
            .write(|cx| {
                user::insert(cx, &person("ada"))?;
                user::insert(cx, &person("bob"))
            })
            .unwrap();
        let known = store
            .write(|cx| {
                let (ada, bob) = (UserId::new("ada"), UserId::new("bob"));
                known_device::remember(cx, &bob, &device(0), NOW.plus(Ttl::seconds(1)))?;
                for number in 0..MOST {
                    known_device::remember(cx, &ada, &device(number), NOW.plus(Ttl::seconds(60)))?;
                }
                // Used again, it is the last of all.
                known_device::remember(cx, &ada, &device(0), NOW.plus(Ttl::seconds(90)))?;
                known_device::remember(cx, &ada, &device(MOST), NOW.plus(Ttl::seconds(120)))?;
                let mut known = 0;
                for number in 0..=MOST {
                    known += i64::from(known_device::is_known(cx, &ada, &device(number))?);
                }
                Ok::<_, Fault>((
                    known,
                    known_device::is_known(cx, &ada, &device(0))?,
                    known_device::is_known(cx, &ada, &device(MOST))?,
                    known_device::is_known(cx, &bob, &device(0))?,
                ))
            })
            .unwrap();

        assert_eq!(known, (MOST, true, true, true));
    });
}
