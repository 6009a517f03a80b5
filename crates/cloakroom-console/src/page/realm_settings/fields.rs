//! Which settings stand on which page. Each has its name and its sentence in the messages under the same key.

use crate::part::{Field, Section, Shape};

fn text(at: &str, key: &str) -> Field {
    Field::new(at, key, Shape::Text)
}

fn switch(at: &str, key: &str) -> Field {
    Field::new(at, key, Shape::Switch(false))
}

fn number(at: &str, key: &str) -> Field {
    Field::new(at, key, Shape::Number(false))
}

fn seconds(at: &str, key: &str) -> Field {
    Field::new(at, key, Shape::Seconds(false))
}

fn choice(at: &str, key: &str, of: &'static [&'static str]) -> Field {
    Field::new(at, key, Shape::Choice(of))
}

pub(super) fn general() -> Vec<Section> {
    vec![Section::new(
        "settings-general",
        vec![
            text("displayName", "realm-display-name"),
            Field::new("displayNameHtml", "realm-display-html", Shape::Long),
            switch("enabled", "realm-enabled"),
            text("attributes/frontendUrl", "realm-frontend-url"),
            choice("sslRequired", "realm-ssl", &["external", "all", "none"]),
            switch("organizationsEnabled", "realm-organizations"),
        ],
    )]
}

pub(super) fn sign_in() -> Vec<Section> {
    let page = vec![
        switch("registrationAllowed", "realm-registration"),
        switch("registrationEmailAsUsername", "realm-email-as-username"),
        switch("loginWithEmailAllowed", "realm-login-with-email"),
        switch("duplicateEmailsAllowed", "realm-duplicate-emails"),
        switch("editUsernameAllowed", "realm-edit-username"),
        switch("resetPasswordAllowed", "realm-reset-password"),
        switch("rememberMe", "realm-remember-me"),
        switch("verifyEmail", "realm-verify-email"),
    ];
    let guessing = vec![
        switch("bruteForceProtected", "realm-brute-force"),
        switch("permanentLockout", "realm-permanent-lockout"),
        number("failureFactor", "realm-failure-factor"),
        seconds("waitIncrementSeconds", "realm-wait-increment"),
        seconds("maxFailureWaitSeconds", "realm-max-wait"),
        seconds("minimumQuickLoginWaitSeconds", "realm-quick-wait"),
        number("quickLoginCheckMilliSeconds", "realm-quick-check"),
        seconds("maxDeltaTimeSeconds", "realm-max-delta"),
        Field::new(
            "attributes/signIn.namesPerAddress",
            "realm-names-per-address",
            Shape::Number(true),
        ),
    ];
    vec![
        Section::new("settings-page", page),
        Section::new("settings-guessing", guessing),
    ]
}

pub(super) fn sessions() -> Vec<Section> {
    let sessions = vec![
        seconds("ssoSessionIdleTimeout", "realm-sso-idle"),
        seconds("ssoSessionMaxLifespan", "realm-sso-max"),
        seconds("ssoSessionIdleTimeoutRememberMe", "realm-sso-idle-remember"),
        seconds("ssoSessionMaxLifespanRememberMe", "realm-sso-max-remember"),
        seconds("offlineSessionIdleTimeout", "realm-offline-idle"),
        switch("offlineSessionMaxLifespanEnabled", "realm-offline-limited"),
        seconds("offlineSessionMaxLifespan", "realm-offline-max"),
    ];
    let tokens = vec![
        seconds("accessTokenLifespan", "realm-access-token"),
        seconds(
            "accessTokenLifespanForImplicitFlow",
            "realm-access-token-implicit",
        ),
        Field::new(
            "attributes/cloakroom.frontChannelAccessTokens",
            "realm-front-access",
            Shape::Switch(true),
        ),
        seconds("accessCodeLifespan", "realm-code"),
        seconds("accessCodeLifespanLogin", "realm-login-lifespan"),
        seconds("accessCodeLifespanUserAction", "realm-action-lifespan"),
        switch("revokeRefreshToken", "realm-rotate-refresh"),
        number("refreshTokenMaxReuse", "realm-refresh-reuse"),
        choice("defaultSignatureAlgorithm", "realm-signature", SIGNATURES),
        seconds("actionTokenGeneratedByUserLifespan", "realm-letter-user"),
        seconds("actionTokenGeneratedByAdminLifespan", "realm-letter-admin"),
    ];
    vec![
        Section::new("settings-sessions-section", sessions),
        Section::new("settings-tokens", tokens),
    ]
}

const SIGNATURES: &[&str] = &[
    "", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512",
];

pub(super) fn passwords() -> Vec<Section> {
    let passwords = vec![text("passwordPolicy", "realm-password-policy")];
    let codes = vec![
        choice("otpPolicyType", "realm-otp-type", &["totp", "hotp"]),
        choice(
            "otpPolicyAlgorithm",
            "realm-otp-algorithm",
            &["HmacSHA1", "HmacSHA256", "HmacSHA512"],
        ),
        number("otpPolicyDigits", "realm-otp-digits"),
        seconds("otpPolicyPeriod", "realm-otp-period"),
        number("otpPolicyLookAheadWindow", "realm-otp-window"),
    ];
    let mut passkeys = keys("webAuthnPolicyPasswordless", "realm-webauthn");
    passkeys.insert(
        0,
        switch(
            "webAuthnPolicyPasswordlessPasskeysEnabled",
            "realm-passkeys-on",
        ),
    );
    vec![
        Section::new("settings-password-section", passwords),
        Section::new("settings-otp", codes),
        Section::new("settings-passkeys", passkeys),
        Section::new(
            "settings-security-keys",
            keys("webAuthnPolicy", "realm-key"),
        ),
    ]
}

/// What is asked of the keys of one kind: the beginning of the realm's settings, and of the keys of their names.
fn keys(of: &str, key: &str) -> Vec<Field> {
    vec![
        text(&format!("{of}RpEntityName"), &format!("{key}-name")),
        text(&format!("{of}RpId"), &format!("{key}-id")),
        choice(
            &format!("{of}UserVerificationRequirement"),
            &format!("{key}-verification"),
            &["not specified", "required", "preferred", "discouraged"],
        ),
        choice(
            &format!("{of}AttestationConveyancePreference"),
            &format!("{key}-attestation"),
            &["not specified", "none", "indirect", "direct"],
        ),
        Field::new(
            &format!("{of}AcceptableAaguids"),
            &format!("{key}-models"),
            Shape::Lines,
        ),
    ]
}

pub(super) fn localisation() -> Vec<Section> {
    vec![Section::new(
        "settings-localisation",
        vec![
            switch("internationalizationEnabled", "realm-languages-on"),
            Field::new("supportedLocales", "realm-languages", Shape::Lines),
            text("defaultLocale", "realm-language"),
        ],
    )]
}

pub(super) fn advanced() -> Vec<Section> {
    let trail = vec![
        switch("eventsEnabled", "realm-events"),
        seconds("eventsExpiration", "realm-events-expiration"),
        Field::new("enabledEventTypes", "realm-event-types", Shape::Lines),
        switch("adminEventsEnabled", "realm-admin-events"),
        switch("adminEventsDetailsEnabled", "realm-admin-details"),
    ];
    let mail = vec![
        text("smtpServer/host", "realm-smtp-host"),
        Field::new("smtpServer/port", "realm-smtp-port", Shape::Number(true)),
        text("smtpServer/from", "realm-smtp-from"),
        text("smtpServer/fromDisplayName", "realm-smtp-from-name"),
        Field::new("smtpServer/ssl", "realm-smtp-ssl", Shape::Switch(true)),
        Field::new(
            "smtpServer/starttls",
            "realm-smtp-starttls",
            Shape::Switch(true),
        ),
        Field::new("smtpServer/auth", "realm-smtp-auth", Shape::Switch(true)),
        text("smtpServer/user", "realm-smtp-user"),
        Field::new("smtpServer/password", "realm-smtp-password", Shape::Secret),
    ];
    let headers = vec![
        text("browserSecurityHeaders/contentSecurityPolicy", "realm-csp"),
        text(
            "browserSecurityHeaders/xFrameOptions",
            "realm-frame-options",
        ),
        text(
            "browserSecurityHeaders/strictTransportSecurity",
            "realm-hsts",
        ),
    ];
    vec![
        Section::new("settings-trail", trail),
        Section::new("settings-mail", mail),
        Section::new("settings-headers", headers),
    ]
}
