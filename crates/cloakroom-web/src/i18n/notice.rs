//! The sentences that handlers choose: each is a value here and a message in every language.

use fluent_bundle::FluentValue;

/// Declares the notices, their message keys, and the list of all of them for the tests.
macro_rules! notices {
    ($( $(#[$doc:meta])* $name:ident $(($argument:literal: $kind:ty = $sample:expr))? => $key:literal, )+) => {
        /// A sentence that a handler shows to the person at the browser.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Notice { $( $(#[$doc])* $name $(($kind))?, )+ }

        impl Notice {
            /// Returns the key of its message.
            #[must_use]
            pub fn key(&self) -> &'static str {
                match self { $( notices!(@pattern $name $(($kind))?) => $key, )+ }
            }

            /// Returns the argument of its message.
            pub(super) fn argument(&self) -> Option<(&'static str, FluentValue<'static>)> {
                match self { $( notices!(@bind $name value $(($kind))?) => notices!(@value value $($argument)?), )+ }
            }

            /// Returns one of each.
            #[cfg(test)]
            pub(super) fn all() -> Vec<Self> {
                vec![ $( notices!(@sample $name $(($sample))?) ),+ ]
            }
        }
    };
    (@pattern $name:ident ($kind:ty)) => { Self::$name(_) };
    (@pattern $name:ident) => { Self::$name };
    (@bind $name:ident $value:ident ($kind:ty)) => { Self::$name($value) };
    (@bind $name:ident $value:ident) => { Self::$name };
    (@value $value:ident $argument:literal) => {
        Some(($argument, super::Argument::into_value(Clone::clone($value))))
    };
    (@value $value:ident) => { None };
    (@sample $name:ident ($sample:expr)) => { Self::$name($sample) };
    (@sample $name:ident) => { Self::$name };
}

notices! {
    // Signing in
    /// The user is unknown or the password is wrong: the words are the same for both.
    InvalidCredentials => "notice-invalid-credentials",
    /// The password is wrong, where the user is already known.
    InvalidPassword => "notice-invalid-password",
    /// The address is of an organization, and nobody here has it.
    OrganizationWithoutAccount => "notice-organization-without-account",
    /// The account is disabled; shown only after a right password.
    AccountDisabled => "notice-account-disabled",
    /// Too many attempts; the words do not tell whether the account exists.
    TooManyAttempts => "notice-too-many-attempts",
    /// The sign-in took too long, and starts again.
    SignInTimedOut => "notice-sign-in-timed-out",
    /// The client asks for a fresh sign-in.
    ReauthenticationNeeded => "notice-reauthentication-needed",
    /// The form came from another site or without its cookie.
    CookieNotFound => "notice-cookie-not-found",
    /// The person declined at the previous step.
    ActionCancelled => "notice-action-cancelled",
    /// The one-time code is wrong.
    InvalidCode => "notice-invalid-code",
    /// The one-time code was good once.
    CodeUsedBefore => "notice-code-used-before",
    /// The recovery code is wrong.
    InvalidRecoveryCode => "notice-invalid-recovery-code",
    /// Nobody signs in here without one-time codes.
    SetUpOtp => "notice-set-up-otp",
    /// Somebody gets codes on paper.
    SetUpCodes => "notice-set-up-codes",
    /// The security key or the passkey is not the right one, or nobody can say whose it is.
    KeyRefused => "notice-key-refused",
    /// The browser has brought no key.
    KeyMissing => "notice-key-missing",
    /// Nobody signs in here without a security key.
    SetUpKey => "notice-set-up-key",
    /// The new key is not one that the realm takes.
    KeyNotTaken => "notice-key-not-taken",

    // Required actions and registration
    /// A password must be chosen before going on.
    UpdatePassword => "notice-update-password",
    /// The profile must be completed before going on.
    UpdateProfile => "notice-update-profile",
    /// Something of the profile is missing, or not what the realm demands.
    VerifyProfile => "notice-verify-profile",
    /// Some fields need attention.
    CheckFields => "notice-check-fields",
    /// The field is empty.
    FieldRequired => "notice-field-required",
    /// The address is not an e-mail address.
    InvalidEmail => "notice-invalid-email",
    /// The user name cannot be used: taken, or not allowed.
    UsernameUnavailable => "notice-username-unavailable",
    /// The e-mail address cannot be used.
    EmailUnavailable => "notice-email-unavailable",
    /// The user name has characters that are not allowed.
    InvalidUsername => "notice-invalid-username",
    /// The value is not one that the user profile allows.
    InvalidValue => "notice-invalid-value",
    /// The value is too long.
    TooLong("count": u32 = 255) => "notice-too-long",
    /// The value is too short.
    TooShort("count": u32 = 3) => "notice-too-short",
    /// The two passwords differ.
    PasswordsDiffer => "notice-passwords-differ",
    /// The new password is one used before.
    PasswordUsedBefore("count": u32 = 3) => "notice-password-used-before",
    /// The password policy asks for more characters.
    PasswordTooShort("count": u32 = 12) => "notice-password-too-short",
    /// The password policy asks for fewer characters.
    PasswordTooLong("count": u32 = 64) => "notice-password-too-long",
    /// The password policy asks for digits.
    PasswordNeedsDigits("count": u32 = 1) => "notice-password-needs-digits",
    /// The password policy asks for lower-case letters.
    PasswordNeedsLowerCase("count": u32 = 1) => "notice-password-needs-lower-case",
    /// The password policy asks for upper-case letters.
    PasswordNeedsUpperCase("count": u32 = 1) => "notice-password-needs-upper-case",
    /// The password policy asks for special characters.
    PasswordNeedsSpecial("count": u32 = 1) => "notice-password-needs-special",
    /// The password holds the user name.
    PasswordHoldsUsername => "notice-password-holds-username",
    /// The password holds the e-mail address.
    PasswordHoldsEmail => "notice-password-holds-email",
    /// The password does not have the form that the realm asks for.
    PasswordPatternMismatch => "notice-password-pattern-mismatch",
    /// The password is on the list of those everybody tries.
    PasswordTooCommon => "notice-password-too-common",

    // What went well
    /// The one neutral answer to every request for a new password.
    ResetRequested => "notice-reset-requested",
    /// The password was changed.
    PasswordChanged => "notice-password-changed",
    /// The profile was saved.
    ProfileSaved => "notice-profile-saved",
    /// The session was ended.
    SessionEnded => "notice-session-ended",
    /// All other sessions were ended.
    OtherSessionsEnded => "notice-other-sessions-ended",
    /// The consent was taken back.
    ConsentRevoked => "notice-consent-revoked",
    /// The person is signed out.
    SignedOut => "notice-signed-out",

    // Devices
    /// A device may sign in now.
    DeviceConnected => "notice-device-connected",
    /// A device may not sign in.
    DeviceDenied => "notice-device-denied",
    /// No device shows this code, or it has expired.
    DeviceCodeInvalid => "notice-device-code-invalid",

    // Set-up
    /// The set-up code is wrong.
    InvalidSetupCode => "notice-invalid-setup-code",
    /// Too many wrong set-up codes.
    SetupLocked("count": u32 = 60) => "notice-setup-locked",

    // Error pages
    /// Something failed on our side.
    Unexpected => "notice-unexpected",
    /// The server has too much to do at the moment.
    Overloaded => "notice-overloaded",
    /// There is no such page.
    PageNotFound => "notice-page-not-found",
    /// There is no such realm.
    RealmNotFound => "notice-realm-not-found",
    /// The realm is disabled.
    RealmDisabled => "notice-realm-disabled",
    /// The realm asks for https.
    HttpsRequired => "notice-https-required",
    /// The request names no client, or one that does not exist.
    ClientNotFound => "notice-client-not-found",
    /// The client is disabled.
    ClientDisabled => "notice-client-disabled",
    /// The client may not start a sign-in in a browser.
    ClientMayNotSignIn => "notice-client-may-not-sign-in",
    /// The redirect URI is not registered for the client.
    InvalidRedirectUri => "notice-invalid-redirect-uri",
    /// A parameter is missing.
    MissingParameter("name": String = "client_id".into()) => "notice-missing-parameter",
    /// A parameter has a value that is not allowed.
    InvalidParameter("name": String = "prompt".into()) => "notice-invalid-parameter",
    /// A parameter is there twice.
    DuplicateParameter("name": String = "client_id".into()) => "notice-duplicate-parameter",
    /// The request cannot be understood.
    InvalidRequest => "notice-invalid-request",
    /// The link or form was used before or is too old.
    LinkExpired => "notice-link-expired",
    /// The session of the page is over.
    SessionNotActive => "notice-session-not-active",
    /// Somebody else is signed in in this browser.
    SignedInAsSomebodyElse => "notice-signed-in-as-somebody-else",
    /// People cannot register themselves in this realm.
    RegistrationOff => "notice-registration-off",
    /// People cannot reset their passwords themselves in this realm.
    ResetOff => "notice-reset-off",

    // Identity providers
    /// No provider of this name can be used here.
    ProviderNotFound => "notice-provider-not-found",
    /// The provider is not reached.
    ProviderUnreachable("provider": String = "GitHub".into()) => "notice-provider-unreachable",
    /// The provider refused what it was asked.
    ProviderRefused("provider": String = "GitHub".into()) => "notice-provider-refused",
    /// The provider's answer cannot be trusted.
    ProviderUntrusted("provider": String = "GitHub".into()) => "notice-provider-untrusted",
    /// The provider's settings are wrong.
    ProviderSettings("provider": String = "GitHub".into()) => "notice-provider-settings",
    /// The person or the provider ended the sign-in there.
    ProviderCancelled("provider": String = "GitHub".into()) => "notice-provider-cancelled",
    /// An account is there already, and the realm lets nobody link it here.
    ProviderAccountExists("provider": String = "GitHub".into()) => "notice-provider-account-exists",
    /// Nobody gets an account by signing in with this provider.
    ProviderNoAccount("provider": String = "GitHub".into()) => "notice-provider-no-account",
    /// The account at the provider belongs to somebody else here.
    ProviderLinkedElsewhere("provider": String = "GitHub".into()) => "notice-provider-linked-elsewhere",
    /// The account at the provider is linked as soon as the person has signed in here.
    ProviderProveAccount("provider": String = "GitHub".into()) => "notice-provider-prove-account",
    /// The account at the provider is linked now.
    ProviderLinked("provider": String = "GitHub".into()) => "notice-provider-linked",
    /// The account at the provider is linked no more.
    ProviderUnlinked("provider": String = "GitHub".into()) => "notice-provider-unlinked",
    /// Without this provider the person could not sign in any more.
    ProviderLastWayIn("provider": String = "GitHub".into()) => "notice-provider-last-way-in",

    // Directories
    /// The password is kept in a directory that is not changed from here.
    PasswordKeptElsewhere("provider": String = "LDAP".into()) => "notice-password-kept-elsewhere",
    /// The directory does not take the new password.
    PasswordRefusedElsewhere("provider": String = "LDAP".into()) => "notice-password-refused-elsewhere",
    /// What was changed is kept in a directory that is not changed from here.
    KeptElsewhere("provider": String = "LDAP".into()) => "notice-kept-elsewhere",

    // Flows
    /// The sign-in has a step that the server does not have.
    FlowStepMissing("step": String = "auth-otp-form".into()) => "notice-flow-step-missing",
    /// The person has as many sessions as they may have.
    TooManySessions => "notice-too-many-sessions",
    /// What the flow's own settings say of that.
    FlowSays("text": String = "Sign out at your other desk first.".into()) => "notice-flow-says",

    // Rights
    /// The person has not the right to see this.
    NotAllowed => "notice-not-allowed",
}
