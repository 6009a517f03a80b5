//! One of each page with sample data, for the snapshots and for the gallery.

use actix_web::http::StatusCode;
use askama::Template;
use cloakroom_web::i18n::{Locale, Notice};
use cloakroom_web::page::{
    AccountApplication, AccountCredential, AccountOffer, AccountPage, AccountProvider,
    AccountSession, AccountSignedOutPage, Alert, AlreadySignedInPage, ClientShown,
    ConfigureTotpPage, ConsentPage, DevicePage, ErrorPage, Field, FormPostPage, Hidden, InfoPage,
    KeyLine, KeyPage, KeyRequest, Layout, Link, LinkConfirmPage, LinkProviderPage, LoginPage,
    LoginStatusFrame, LogoutConfirmPage, Moment, OrganizationChoice, OtpDevice, OtpPage,
    PageExpiredPage, PreviewedClaim, ProviderLink, RecoveryCodePage, RecoveryCodesPage,
    RegisterKeyPage, RegisterPage, RemoveCredentialPage, ResetCredentialsPage, ReturningUser,
    SelectOrganizationPage, SetupDonePage, SetupPage, SignedOutPage, TermsPage,
    ThirdPartyCookiesCheckFrame, ThirdPartyCookiesSetFrame, UpdatePasswordPage, UpdateProfilePage,
    UsernameLabel, UsernamePage, WelcomePage,
};

/// The words that vary between the sample pages and the hostile ones.
#[derive(Debug)]
pub(crate) struct Words {
    /// Stands for every name and value that somebody outside chose.
    pub(crate) hostile: Option<&'static str>,
}

impl Words {
    fn or(&self, sample: &'static str) -> &'static str {
        self.hostile.unwrap_or(sample)
    }
}

/// A page under the name of its snapshot.
pub(crate) type Sample = (
    &'static str,
    StatusCode,
    Box<dyn Fn(&Words, &Locale) -> String>,
);

fn html(page: &impl Template) -> String {
    page.render().unwrap_or_else(|error| error.to_string())
}

fn layout(words: &Words, locale: &Locale) -> Layout {
    Layout::new(locale.clone(), words.or("Acme")).with_languages(&["en", "de"], "?")
}

fn client(words: &Words) -> ClientShown {
    ClientShown::new(
        words.or("Grafana"),
        Some("https://grafana.acme.test/login/generic_oauth"),
    )
}

fn back(words: &Words) -> Option<(ClientShown, Link)> {
    Link::parse("https://grafana.acme.test/").map(|link| (client(words), link))
}

fn authenticate() -> String {
    "https://id.acme.test/realms/acme/login-actions/authenticate?session_code=a&execution=b".into()
}

fn login(words: &Words, locale: &Locale) -> LoginPage {
    LoginPage {
        layout: layout(words, locale),
        action: authenticate(),
        alert: None,
        client: Some(client(words)),
        username_label: UsernameLabel::UsernameOrEmail,
        username: String::new(),
        returning_user: None,
        remember_me: None,
        forgot_url: None,
        register_url: None,
        credential_id: String::new(),
        providers: Vec::new(),
        passkey: None,
    }
}

fn login_with_everything(words: &Words, locale: &Locale) -> LoginPage {
    LoginPage {
        alert: Some(Alert::error(Notice::InvalidCredentials).with_code(words.or("E-7F3K-2Q"))),
        username: words.or("ada@acme.test").into(),
        remember_me: Some(true),
        forgot_url: Some("/realms/acme/login-actions/reset-credentials".into()),
        register_url: Some("/realms/acme/login-actions/registration".into()),
        credential_id: words.or("").into(),
        providers: vec![ProviderLink {
            alias: words.or("github").into(),
            name: words.or("GitHub").into(),
            url: "/realms/acme/broker/github/login?tab_id=a".into(),
        }],
        passkey: Some(key_request(words)),
        ..login(words, locale)
    }
}

fn login_again(words: &Words, locale: &Locale) -> LoginPage {
    LoginPage {
        alert: Some(Alert::info(Notice::ReauthenticationNeeded)),
        returning_user: Some(ReturningUser {
            username: words.or("ada@acme.test").into(),
            is_signed_in: true,
            restart_url: "/realms/acme/login-actions/restart".into(),
        }),
        ..login(words, locale)
    }
}

fn login_named(words: &Words, locale: &Locale) -> LoginPage {
    LoginPage {
        returning_user: Some(ReturningUser {
            username: words.or("ada@acme.test").into(),
            is_signed_in: false,
            restart_url: "/realms/acme/login-actions/restart".into(),
        }),
        ..login(words, locale)
    }
}

fn username(words: &Words, locale: &Locale) -> UsernamePage {
    let page = login_with_everything(words, locale);
    UsernamePage {
        layout: page.layout,
        action: page.action,
        alert: Some(Alert::error(Notice::OrganizationWithoutAccount)),
        client: page.client,
        username_label: page.username_label,
        username: page.username,
        register_url: page.register_url,
        providers: page.providers,
        passkey: page.passkey,
    }
}

fn select_organization(words: &Words, locale: &Locale) -> SelectOrganizationPage {
    let choice = |alias, name| OrganizationChoice {
        alias: words.or(alias).into(),
        name: words.or(name).into(),
    };
    SelectOrganizationPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/organization".into(),
        client: client(words),
        username: words.or("ada@acme.test").into(),
        organizations: vec![choice("acme", "Acme Ltd"), choice("beta", "Beta")],
    }
}

fn link_confirm(words: &Words, locale: &Locale) -> LinkConfirmPage {
    LinkConfirmPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/first-broker-login".into(),
        alert: None,
        provider: words.or("GitHub").into(),
        account: words.or("ada-l").into(),
        taken: words.or("ada@acme.test").into(),
        can_review: true,
    }
}

fn link_provider(words: &Words, locale: &Locale) -> LinkProviderPage {
    LinkProviderPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        provider: words.or("GitHub").into(),
    }
}

fn register(words: &Words, locale: &Locale) -> RegisterPage {
    RegisterPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/registration".into(),
        alert: None,
        username: Some(Field::new(words.or(""))),
        password_error: None,
        password_confirm_error: None,
        password_rules: vec![Notice::PasswordTooShort(12), Notice::PasswordNeedsDigits(1)],
        email: Field::new(words.or("")),
        first_name: Field::new(words.or("")),
        last_name: Field::new(words.or("")),
        attributes: Vec::new(),
        login_url: "/realms/acme/login-actions/authenticate".into(),
    }
}

fn register_refused(words: &Words, locale: &Locale) -> RegisterPage {
    RegisterPage {
        username: Some(Field::new(words.or("ada")).with_error(Notice::UsernameUnavailable)),
        password_error: Some(Notice::PasswordTooShort(12)),
        password_confirm_error: Some(Notice::PasswordsDiffer),
        email: Field::new(words.or("ada@")).with_error(Notice::InvalidEmail),
        first_name: Field::new(words.or("Ada")),
        last_name: Field::new(words.or("Byron")),
        attributes: Vec::new(),
        ..register(words, locale)
    }
}

fn reset_credentials(words: &Words, locale: &Locale) -> ResetCredentialsPage {
    ResetCredentialsPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/reset-credentials".into(),
        alert: None,
        username_label: UsernameLabel::UsernameOrEmail,
        username: Field::new(words.or("")),
        login_url: "/realms/acme/login-actions/authenticate".into(),
    }
}

fn otp(words: &Words, locale: &Locale) -> OtpPage {
    let device = |id, label| OtpDevice {
        id: words.or(id).into(),
        label: words.or(label).into(),
    };
    OtpPage {
        layout: layout(words, locale),
        action: authenticate(),
        alert: Some(Alert::error(Notice::CodeUsedBefore).with_code(words.or("E-7F3K-2Q"))),
        username: words.or("ada@acme.test").into(),
        restart_url: "/realms/acme/login-actions/restart".into(),
        devices: vec![device("d1", "Phone"), device("d2", "")],
        selected: words.or("d1").into(),
        has_other: true,
    }
}

fn recovery_code(words: &Words, locale: &Locale) -> RecoveryCodePage {
    RecoveryCodePage {
        layout: layout(words, locale),
        action: authenticate(),
        alert: Some(Alert::error(Notice::InvalidRecoveryCode)),
        username: words.or("ada@acme.test").into(),
        restart_url: "/realms/acme/login-actions/restart".into(),
        number: words.or("3").into(),
        has_other: true,
    }
}

fn key_request(words: &Words) -> KeyRequest {
    KeyRequest {
        challenge: words.or("q80BAgM").into(),
        rp_id: words.or("id.acme.test").into(),
        user_verification: words.or("preferred").into(),
        timeout: words.or("0").into(),
    }
}

fn key(words: &Words, locale: &Locale) -> KeyPage {
    let line = |id, label| KeyLine {
        id: words.or(id).into(),
        label: words.or(label).into(),
        created: Moment::from_unix_seconds(1_795_000_000),
        transports: words.or("usb,nfc").into(),
    };
    KeyPage {
        keys: vec![line("AQID", "YubiKey"), line("BAUG", "")],
        layout: layout(words, locale),
        action: authenticate(),
        alert: Some(Alert::error(Notice::KeyRefused).with_code(words.or("E-7F3K-2Q"))),
        username: words.or("ada@acme.test").into(),
        restart_url: "/realms/acme/login-actions/restart".into(),
        request: key_request(words),
        is_passkey: false,
        has_other: true,
    }
}

fn register_key(words: &Words, locale: &Locale) -> RegisterKeyPage {
    RegisterKeyPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        alert: Some(Alert::error(Notice::KeyNotTaken)),
        username: words.or("ada@acme.test").into(),
        user_id: words.or("dTE").into(),
        request: key_request(words),
        is_passkey: true,
        rp_name: words.or("Acme").into(),
        algorithms: words.or("-7,-257").into(),
        attestation: words.or("none").into(),
        attachment: words.or("").into(),
        resident_key: words.or("required").into(),
        exclude: words.or("AQID").into(),
        key_name: Field::new(words.or("YubiKey")),
        can_cancel: true,
    }
}

fn configure_totp(words: &Words, locale: &Locale) -> ConfigureTotpPage {
    ConfigureTotpPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        alert: Some(Alert::info(Notice::SetUpOtp)),
        username: words.or("ada@acme.test").into(),
        address: Hidden::new(
            "otpauth://totp/Acme:ada?secret=MZXW6YTBOI&digits=6&algorithm=SHA1&issuer=Acme&period=30",
        ),
        secret: Hidden::new(words.or("MZXW 6YTB OI")),
        is_by_clock: true,
        algorithm: words.or("SHA1").into(),
        digits: words.or("6").into(),
        period: words.or("30").into(),
        counter: words.or("0").into(),
        code_error: Some(Notice::InvalidCode),
        device_name: Field::new(words.or("Phone")),
        can_cancel: true,
    }
}

fn configure_codes(words: &Words, locale: &Locale) -> RecoveryCodesPage {
    RecoveryCodesPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        alert: Some(Alert::info(Notice::SetUpCodes)),
        username: words.or("ada@acme.test").into(),
        codes: vec![Hidden::new(words.or("ABCD-EFGH-2345")); 12],
        can_cancel: true,
    }
}

fn remove_credential(words: &Words, locale: &Locale) -> RemoveCredentialPage {
    RemoveCredentialPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        username: words.or("ada@acme.test").into(),
        kind: words.or("otp").into(),
        label: words.or("Phone").into(),
    }
}

fn update_password(words: &Words, locale: &Locale) -> UpdatePasswordPage {
    UpdatePasswordPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        alert: Some(Alert::info(Notice::UpdatePassword)),
        username: words.or("ada@acme.test").into(),
        password_error: None,
        password_confirm_error: Some(Notice::PasswordsDiffer),
        password_rules: vec![Notice::PasswordTooShort(12), Notice::PasswordHoldsUsername],
        logout_sessions: true,
        can_cancel: true,
    }
}

fn update_profile(words: &Words, locale: &Locale) -> UpdateProfilePage {
    UpdateProfilePage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        alert: Some(Alert::info(Notice::UpdateProfile)),
        username: Some(Field::new(words.or("ada"))),
        email: Field::new(words.or("")).with_error(Notice::FieldRequired),
        first_name: Field::new(words.or("Ada")),
        last_name: Field::new(words.or("Byron")),
        attributes: Vec::new(),
        can_cancel: false,
        form_id: "kc-update-profile-form",
    }
}

fn terms(words: &Words, locale: &Locale) -> TermsPage {
    TermsPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/required-action".into(),
        alert: None,
        paragraphs: vec![
            words.or("Use this service for work only.").into(),
            words.or("Keep your password to yourself.").into(),
        ],
    }
}

fn consent(words: &Words, locale: &Locale) -> ConsentPage {
    ConsentPage {
        layout: layout(words, locale),
        action: "https://id.acme.test/realms/acme/login-actions/consent".into(),
        code: Hidden::new(words.or("c0de")),
        client: client(words),
        username: words.or("ada@acme.test").into(),
        scopes: [
            "${profileScopeConsentText}",
            "${emailScopeConsentText}",
            "Read invoices",
        ]
        .map(|text| locale.resolve(words.or(text)))
        .into(),
        claims: [
            ("sub", "9b1c6f0e-8d4f-4c55-9a51-1f2d3c4b5a69"),
            ("email", "ada@acme.test"),
        ]
        .map(|(name, value)| PreviewedClaim {
            name: words.or(name).into(),
            value: words.or(value).into(),
        })
        .into(),
        policy: Link::parse("https://grafana.acme.test/privacy"),
        terms: Link::parse("https://grafana.acme.test/terms"),
    }
}

fn logout_confirm(words: &Words, locale: &Locale) -> LogoutConfirmPage {
    LogoutConfirmPage {
        layout: layout(words, locale),
        action: "/realms/acme/protocol/openid-connect/logout/logout-confirm".into(),
        session_code: Hidden::new(words.or("c0de")),
        username: Some(words.or("ada@acme.test").into()),
        client: Some(client(words)),
    }
}

fn signed_out(words: &Words, locale: &Locale) -> SignedOutPage {
    SignedOutPage {
        layout: layout(words, locale),
        back: back(words),
        sign_in: Link::parse("/realms/acme/account"),
    }
}

fn error(words: &Words, locale: &Locale) -> ErrorPage {
    ErrorPage {
        layout: layout(words, locale),
        notice: Notice::MissingParameter(words.or("response_type").into()),
        code: Some(words.or("E-7F3K-2Q").into()),
        request: Some(words.or("5d41402abc4b2a76").into()),
        time: Some(Moment::from_unix_seconds(1_795_000_000)),
        back: back(words),
    }
}

fn info(words: &Words, locale: &Locale) -> InfoPage {
    InfoPage {
        layout: layout(words, locale),
        notice: Notice::ResetRequested,
        back: None,
        sign_in: Link::parse("/realms/acme/account"),
    }
}

fn page_expired(words: &Words, locale: &Locale) -> PageExpiredPage {
    PageExpiredPage {
        layout: layout(words, locale),
        restart_url: "/realms/acme/login-actions/restart".into(),
        continue_url: "/realms/acme/login-actions/authenticate".into(),
    }
}

fn already_signed_in(words: &Words, locale: &Locale) -> AlreadySignedInPage {
    AlreadySignedInPage {
        layout: layout(words, locale),
        username: words.or("ada@acme.test").into(),
        back: back(words),
    }
}

fn device(words: &Words, locale: &Locale) -> DevicePage {
    DevicePage {
        layout: layout(words, locale),
        action: "/realms/acme/device".into(),
        alert: Some(Alert::error(Notice::DeviceCodeInvalid)),
        user_code: Field::new(words.or("BCDF-GHJK")),
    }
}

fn setup(words: &Words, locale: &Locale) -> SetupPage {
    SetupPage {
        layout: Layout::new(locale.clone(), "Cloakroom").with_languages(&["en", "de"], "?"),
        action: "/setup".into(),
        alert: None,
        code: Field::new(words.or("")),
        username: Field::new(words.or("admin")),
        password_error: None,
        password_confirm_error: None,
    }
}

fn setup_refused(words: &Words, locale: &Locale) -> SetupPage {
    SetupPage {
        code: Field::new(words.or("AAAA-AAAA")).with_error(Notice::InvalidSetupCode),
        ..setup(words, locale)
    }
}

fn setup_done(words: &Words, locale: &Locale) -> SetupDonePage {
    SetupDonePage {
        layout: Layout::new(locale.clone(), "Cloakroom"),
        username: words.or("admin").into(),
        sign_in_url: "/admin".into(),
        discovery_url: "http://localhost:8080/realms/master/.well-known/openid-configuration"
            .into(),
    }
}

fn welcome(_: &Words, locale: &Locale) -> WelcomePage {
    WelcomePage {
        layout: Layout::new(locale.clone(), "Cloakroom"),
        account_url: "/realms/master/account".into(),
        console_url: "/admin".into(),
        discovery_url: "http://localhost:8080/realms/master/.well-known/openid-configuration"
            .into(),
    }
}

fn session(words: &Words, id: &str, device: &'static str, is_current: bool) -> AccountSession {
    AccountSession {
        id: id.into(),
        device: words.or(device).into(),
        address: words.or("203.0.113.9").into(),
        started: Moment::from_unix_seconds(1_795_000_000),
        last_used: Moment::from_unix_seconds(1_795_003_600),
        is_current,
        clients: vec![words.or("Grafana").into(), words.or("Billing CLI").into()],
    }
}

fn credential(
    words: &Words,
    kind: &'static str,
    label: &'static str,
    left: Option<&'static str>,
) -> AccountCredential {
    AccountCredential {
        kind: kind.into(),
        label: words.or(label).into(),
        set: Moment::from_unix_seconds(1_795_000_000),
        codes_left: left.map(|left| words.or(left).into()),
        remove_url: Some(
            "/realms/acme/protocol/openid-connect/auth?kc_action=delete_credential:c1".into(),
        ),
    }
}

fn account(words: &Words, locale: &Locale) -> AccountPage {
    AccountPage {
        layout: layout(words, locale),
        alert: Some(Alert::success(Notice::SessionEnded)),
        username: words.or("ada").into(),
        full_name: words.or("Ada Byron").into(),
        email: words.or("ada@acme.test").into(),
        state_checker: Hidden::new(words.or("ch3ck")),
        sign_out_action: "/realms/acme/account/sign-out".into(),
        end_session_action: "/realms/acme/account/end-session".into(),
        end_others_action: "/realms/acme/account/end-others".into(),
        revoke_action: "/realms/acme/account/revoke".into(),
        unlink_action: "/realms/acme/account/unlink".into(),
        password_url: Some("/realms/acme/account/password".into()),
        password_set: Some(Moment::from_unix_seconds(1_795_000_000)),
        credentials: vec![
            credential(words, "otp", "Phone", None),
            credential(words, "recovery-authn-codes", "", Some("11")),
        ],
        offers: vec![AccountOffer {
            id: "add-otp",
            text: "account-add-otp",
            url: "/realms/acme/protocol/openid-connect/auth?kc_action=CONFIGURE_TOTP".into(),
        }],
        providers: vec![
            AccountProvider {
                alias: words.or("github").into(),
                name: words.or("GitHub").into(),
                account: Some(words.or("ada-l").into()),
                link_url: None,
                can_unlink: true,
            },
            AccountProvider {
                alias: words.or("corp").into(),
                name: words.or("Corp").into(),
                account: None,
                link_url: Some(
                    "/realms/acme/protocol/openid-connect/auth?kc_action=idp_link:corp".into(),
                ),
                can_unlink: false,
            },
        ],
        sessions: vec![
            session(words, "s1", "Firefox on Linux", true),
            session(words, "s2", "Safari on iPhone", false),
        ],
        applications: vec![AccountApplication {
            client_id: words.or("grafana").into(),
            name: words.or("Grafana").into(),
            link: Link::parse("https://grafana.acme.test/"),
            scopes: vec![
                locale.resolve("${emailScopeConsentText}"),
                words.or("Invoices").into(),
            ],
            granted: Moment::from_unix_seconds(1_795_000_000),
        }],
    }
}

fn account_empty(words: &Words, locale: &Locale) -> AccountPage {
    AccountPage {
        alert: None,
        password_url: None,
        password_set: None,
        credentials: Vec::new(),
        offers: Vec::new(),
        sessions: vec![session(words, "s1", "Firefox on Linux", true)],
        providers: Vec::new(),
        applications: Vec::new(),
        ..account(words, locale)
    }
}

fn account_signed_out(words: &Words, locale: &Locale) -> AccountSignedOutPage {
    AccountSignedOutPage {
        layout: layout(words, locale),
        sign_in_url: "/realms/acme/account/sign-in".into(),
    }
}

fn form_post(words: &Words, locale: &Locale) -> FormPostPage {
    FormPostPage {
        layout: layout(words, locale),
        action: "https://app.example/cb".into(),
        parameters: [
            ("code", "c0de"),
            ("iss", "https://id.acme.test/realms/acme"),
            ("state", "s1"),
            ("session_state", "s3ss10n"),
        ]
        .map(|(name, value)| (name.to_owned(), Hidden::new(words.or(value))))
        .into(),
    }
}

/// Returns one of each page.
pub(crate) fn all() -> Vec<Sample> {
    macro_rules! samples {
        ($( $name:ident $status:ident, )+) => {
            vec![ $( (
                stringify!($name),
                StatusCode::$status,
                Box::new(|words: &Words, locale: &Locale| html(&$name(words, locale))),
            ) ),+ ]
        };
    }
    let frame = String::new;
    let mut samples: Vec<Sample> = samples![
        login OK,
        login_with_everything OK,
        login_again OK,
        login_named OK,
        username OK,
        select_organization OK,
        link_confirm OK,
        link_provider OK,
        register OK,
        register_refused OK,
        reset_credentials OK,
        otp OK,
        recovery_code OK,
        configure_codes OK,
        remove_credential OK,
        key OK,
        register_key OK,
        configure_totp OK,
        update_password OK,
        update_profile OK,
        terms OK,
        consent OK,
        device OK,
        logout_confirm OK,
        signed_out OK,
        error BAD_REQUEST,
        info OK,
        page_expired OK,
        already_signed_in OK,
        setup OK,
        setup_refused OK,
        setup_done OK,
        welcome OK,
        account OK,
        account_empty OK,
        account_signed_out OK,
        form_post OK,
    ];
    samples.push((
        "login_status_frame",
        StatusCode::OK,
        Box::new(move |_, _| html(&LoginStatusFrame { base_path: frame() })),
    ));
    samples.push((
        "third_party_cookies_set",
        StatusCode::OK,
        Box::new(move |_, _| html(&ThirdPartyCookiesSetFrame { base_path: frame() })),
    ));
    samples.push((
        "third_party_cookies_check",
        StatusCode::OK,
        Box::new(move |_, _| html(&ThirdPartyCookiesCheckFrame { base_path: frame() })),
    ));
    samples
}
