//! Status lists.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    use cloakroom_jose::status_list::StatusList;

    let Ok(claim) = cloakroom_jose::json::parse_object(data, 1 << 16) else {
        return;
    };
    if let Ok(list) = StatusList::from_claim(&claim.into()) {
        let _ = list.get(data.len());
        assert_eq!(StatusList::from_claim(&list.to_claim()), Ok(list));
    }
});
