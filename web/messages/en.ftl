# The texts of the pages in English. Every other language has the same keys and arguments.

language-name = English
language-switch = Language

## Words that many pages use

back-to-login = Back to sign in
back-to-client = Back to { $client }
sign-in-again = Sign in again
cancel = Cancel
continue = Continue
copy = Copy
copied = Copied
problems-title = Please check these fields:

## Fields

field-username-or-email = Username or email
field-username = Username
field-email = Email
field-password = Password
field-password-new = New password
field-password-confirm = Confirm password
field-first-name = First name
field-last-name = Last name
field-device-user-code = Code on the device
field-setup-code = Set-up code
field-key-name = Name of the key
field-otp = One-time code
field-recovery-code = Code #{ $number }
field-device-name = Name of the device
password-show = Show
password-hide = Hide
password-caps-lock = Caps lock is on.
password-rules = The password:

## Sign in

title-sign-in = Sign in to { $realm }
login-heading = Sign in
login-continue-to = to continue to
login-as = Signed in as
login-not-you = Not you?
login-remember-me = Remember me
login-forgot-password = Forgot password?
login-submit = Sign In
login-no-account = New here?
login-register = Register
login-or-with = Or sign in with
organization-heading = Choose an organization
organization-explanation = You belong to several organizations. Which one do you go on to { $client } for?
link-confirm-heading = Account already exists
link-confirm-taken = There is an account here already with
link-confirm-from = You come from { $provider } as
link-confirm-explanation = If it is yours, link the two: you sign in here once more to prove it. If not, take another email address or user name.
link-confirm-link = Add to existing account
link-confirm-review = Review profile
key-heading = Security key
passkey-heading = Passkey
key-available = Use one of these:
key-unnamed = Key { $number }
key-created = since
key-needs-script = This page needs JavaScript, to ask your browser for the key.
key-use = Use your key
passkey-use = Sign in with a passkey
key-register-heading = Set up a security key
passkey-register-heading = Set up a passkey
key-register = Register
otp-heading = One-time code
otp-explanation = Your authenticator app or device shows it.
otp-device = Device
otp-device-unnamed = Device { $number }
otp-other = Try another way
recovery-heading = Recovery code
recovery-explanation = Each code on your list is good once.

## Register, new password

register-heading = Register
register-submit = Register
reset-heading = Forgot your password?
reset-explanation = Say who you are. If the account exists and has an email address, we send a link for a new password there.
reset-submit = Submit
update-password-heading = Update password
update-password-logout-sessions = Sign out from other devices
update-password-submit = Submit
update-profile-heading = Update account information
update-profile-submit = Submit
link-provider-heading = Link { $provider }?
link-provider-explanation = Your account at { $provider } will be linked to your account here, so that you can sign in with it. You prove it there next.
link-provider-continue = Go to { $provider }
terms-heading = Terms and conditions
terms-built-in = To go on, accept the terms of use of this service.
terms-accept = Accept
terms-decline = Decline
enrol-heading = Set up one-time codes
enrol-scan = Scan this picture with an authenticator app, such as FreeOTP or Google Authenticator.
enrol-picture = QR code for the authenticator app
enrol-manual = You cannot scan it? Type this into the app
enrol-secret = Secret
enrol-kind = Kind
enrol-by-clock = by the clock
enrol-by-counter = by a counter
enrol-algorithm = Algorithm
enrol-digits = Digits
enrol-period = Seconds
enrol-counter = First counter
enrol-then = Then type the code that the app shows.
enrol-submit = Set up
paper-heading = Your recovery codes
paper-explanation = Print these codes, or write them down, and keep them where nobody else gets at them. Each is good once, in this order, where you have nothing else at hand. They are not shown again.
paper-have = I have the codes in a safe place
paper-submit = Go on
remove-heading = Remove this from your account?
remove-explanation = You will not be able to sign in with it any more.
remove-submit = Remove
method-otp = One-time codes
method-recovery = Recovery codes
method-webauthn = Security key
method-passkey = Passkey
method-other = Another way to prove yourself

## Consent

consent-heading = Allow “{ $client }”?
consent-as = You are signed in as
consent-gives = It will be able to
consent-identity = Recognise you when you come back
consent-gives-not = It will not see your password, and it cannot change your account.
consent-exact-claims = See the exact claims
consent-policy = Privacy policy
consent-terms = Terms of service
consent-allow = Allow
consent-deny = Deny
claim-name = Claim
claim-value = Value

## Sign out

logout-title = Logging out
logout-heading = Sign out?
logout-asked-by = { $client } asks to sign you out.
logout-explanation = This ends your session in this browser, for all applications.
logout-submit = Sign out
signed-out-heading = You are signed out
signed-out-explanation = Your session in this browser has ended.

## Messages

error-heading = This did not work
error-code = Error code
error-request = Request
error-time = Time
error-help = If it happens again, give this code to your administrator.
info-heading = Good to know
expired-heading = This page has expired
expired-explanation = It was open for too long, or you went back to it.
expired-continue = Continue signing in
expired-restart = Start again
already-heading = You are signed in already
already-explanation = You finished signing in somewhere else, perhaps in another tab. You can close this page.
form-post-heading = One moment
form-post-explanation = You are on your way back to the application. If nothing happens, continue here.

## Devices

device-heading = Connect a device
device-explanation = Type the code that the device shows. Go on only if it is yours and you started this.
device-submit = Continue

## Set-up

setup-heading = Set up Cloakroom
setup-explanation = Make the first administrator of this server.
setup-code-hint = The server printed it when it started. It shows that this server is yours.
setup-account = Your account
setup-submit = Create administrator
setup-done-heading = Cloakroom is ready
setup-done-explanation = { $username } is the first administrator. The set-up page is closed for good.
welcome-heading = Cloakroom is running
welcome-explanation = People sign in here for the applications that are connected to this server.
welcome-account = Your account
welcome-console = Administration
welcome-connect = Connect an application
welcome-discovery = OpenID Connect clients configure themselves from this address:

## Account

account-title = Account Management
account-explanation = See where you are signed in, and which applications you have allowed.
account-sign-out = Sign out
account-you = You
account-name = Name
account-change-password = Change password
account-set-password = Set a password
account-password = Password
account-methods = How you sign in
account-set = set up
account-never = not set
account-codes-left = { $count } left
account-remove = Remove
account-remove-of = Remove { $name }
account-add-otp = Set up one-time codes
account-add-codes = Get new recovery codes
account-add-key = Add a security key
account-add-passkey = Add a passkey
account-sessions = Where you are signed in
account-this-browser = This browser
account-started = signed in
account-last-used = last used
account-signed-in-to = Signed in to
account-end-session = Sign out
account-end-session-of = Sign out { $device }
account-end-others = Sign out all others
account-linked = Accounts elsewhere
account-linked-as = linked as
account-not-linked = not linked
account-link = Link
account-link-of = Link { $provider }
account-unlink = Unlink
account-unlink-of = Unlink { $provider }
account-applications = Applications you have allowed
account-no-applications = You have not allowed any application yet.
account-granted = Allowed
account-revoke = Revoke
account-revoke-of = Revoke access of { $client }

## Notices: signing in

notice-invalid-credentials = Invalid username or password.
notice-invalid-password = Invalid password.
notice-organization-without-account = This address belongs to an organization here, but there is no account for it yet.
notice-account-disabled = Account is disabled, contact your administrator.
notice-too-many-attempts = Too many attempts. Wait a moment and try again.
notice-sign-in-timed-out = You took too long to sign in. Please start again.
notice-reauthentication-needed = Please sign in again to continue.
notice-cookie-not-found = Your browser did not send our cookie. Allow cookies for this site and try again.
notice-action-cancelled = You cancelled this step.
notice-invalid-code = That code is wrong.
notice-code-used-before = That code was used already. Wait for the next one.
notice-invalid-recovery-code = That recovery code is wrong.
notice-key-refused = That key was not accepted.
notice-key-missing = Your browser did not get the key. Try again.
notice-set-up-key = You need a security key to sign in here.
notice-key-not-taken = That key could not be set up. Try again, or take another one.
notice-set-up-otp = You need one-time codes to sign in here.
notice-set-up-codes = Recovery codes let you in where you have no device at hand.

## Notices: required actions and registration

notice-update-password = You need to change your password to activate your account.
notice-update-profile = You need to update your account information to activate your account.
notice-verify-profile = Some of your account information is missing or needs correcting. Please complete it to go on.
notice-check-fields = Please check the fields below.
notice-field-required = Please fill this in.
notice-invalid-email = This is not an email address.
notice-username-unavailable = This username cannot be used. Choose another one.
notice-email-unavailable = This email address cannot be used.
notice-invalid-value = This value is not allowed.
notice-invalid-username = The username has characters that are not allowed.
notice-too-long = { $count ->
    [one] At most { $count } character.
   *[other] At most { $count } characters.
}
notice-too-short = { $count ->
    [one] At least { $count } character.
   *[other] At least { $count } characters.
}
notice-passwords-differ = The passwords are not the same.
notice-password-used-before = { $count ->
    [one] It must differ from your last password.
   *[other] It must differ from your last { $count } passwords.
}
notice-password-too-short = { $count ->
    [one] It must have at least { $count } character.
   *[other] It must have at least { $count } characters.
}
notice-password-too-long = { $count ->
    [one] It must have at most { $count } character.
   *[other] It must have at most { $count } characters.
}
notice-password-needs-digits = { $count ->
    [one] It must have at least { $count } digit.
   *[other] It must have at least { $count } digits.
}
notice-password-needs-lower-case = { $count ->
    [one] It must have at least { $count } lower-case letter.
   *[other] It must have at least { $count } lower-case letters.
}
notice-password-needs-upper-case = { $count ->
    [one] It must have at least { $count } upper-case letter.
   *[other] It must have at least { $count } upper-case letters.
}
notice-password-needs-special = { $count ->
    [one] It must have at least { $count } special character.
   *[other] It must have at least { $count } special characters.
}
notice-password-holds-username = It must not contain your username.
notice-password-holds-email = It must not contain your email address.
notice-password-pattern-mismatch = It does not have the form that is asked for here.
notice-password-too-common = It must not be a password that everybody tries first.

## Notices: what went well

notice-reset-requested = If this account exists and has an email address, a message with further instructions is on its way.
notice-password-changed = Your password has been changed.
notice-profile-saved = Your account information has been saved.
notice-session-ended = The session has been ended.
notice-other-sessions-ended = All other sessions have been ended.
notice-consent-revoked = The application no longer has access.
notice-signed-out = You are signed out.

## Notices: set-up

notice-device-connected = The device is connected. You can close this page and go on there.
notice-device-denied = The device was not connected. You can close this page.
notice-device-code-invalid = This code is wrong or has expired. Check what the device shows.
notice-invalid-setup-code = This is not the set-up code.
notice-setup-locked = { $count ->
    [one] Too many wrong codes. Wait { $count } second and try again.
   *[other] Too many wrong codes. Wait { $count } seconds and try again.
}

## Notices: error pages

notice-unexpected = Something went wrong on our side. Please try again.
notice-overloaded = The server has too much to do right now. Please try again in a moment.
notice-page-not-found = There is no page at this address.
notice-realm-not-found = There is no such realm.
notice-realm-disabled = This realm is disabled.
notice-https-required = HTTPS required
notice-client-not-found = Client not found.
notice-client-disabled = This application is disabled.
notice-client-may-not-sign-in = This application may not sign people in through a browser.
notice-invalid-redirect-uri = Invalid parameter: redirect_uri
notice-missing-parameter = Missing parameter: { $name }
notice-invalid-parameter = Invalid parameter: { $name }
notice-duplicate-parameter = Duplicated parameter: { $name }
notice-invalid-request = The application sent a request that cannot be understood.
notice-link-expired = This link has been used before or has expired. Start again from the application.
notice-session-not-active = Your session is over. Please sign in again.
notice-signed-in-as-somebody-else = Somebody else is signed in in this browser. Sign out first.
notice-registration-off = Registration not allowed
notice-reset-off = Reset Credential not allowed
notice-flow-step-missing = This sign-in asks for a step that is not available here: { $step }. Contact your administrator.
notice-too-many-sessions = You are signed in in too many places. Sign out elsewhere, and try again.
notice-flow-says = { $text }
notice-not-allowed = You are not allowed to see this.

## Notices: identity providers

notice-provider-not-found = This way to sign in does not exist or is switched off. Go back to the application and choose another one.
notice-provider-unreachable = { $provider } does not answer at the moment. Try again in a minute, or sign in another way.
notice-provider-refused = { $provider } refused to sign you in. Start again from the application; if it happens again, tell your administrator.
notice-provider-untrusted = The answer of { $provider } could not be trusted, so nobody was signed in. Tell your administrator.
notice-provider-settings = Signing in with { $provider } is not set up completely. Tell your administrator, or sign in another way.
notice-provider-cancelled = The sign-in with { $provider } was cancelled. Try again, or sign in another way.
notice-provider-account-exists = There is an account with this email address or user name already. Sign in with it as before; its account page lets you link { $provider }.
notice-provider-no-account = There is no account here for yours at { $provider }. Ask your administrator for one.
notice-provider-linked-elsewhere = Your account at { $provider } is linked to somebody else’s account here.
notice-provider-prove-account = Sign in to your account here once, so that { $provider } can be linked to it.
notice-provider-linked = { $provider } is linked to your account.
notice-provider-unlinked = { $provider } is not linked to your account any more.
notice-provider-last-way-in = { $provider } is your only way to sign in. Set a password first.
notice-password-kept-elsewhere = Your password is kept in { $provider } and cannot be changed here.
notice-password-refused-elsewhere = { $provider } does not accept this password. Choose one that keeps to its rules.
notice-kept-elsewhere = This is kept in { $provider } and cannot be changed here.

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = See your profile: name, picture, language
emailScopeConsentText = See your email address
addressScopeConsentText = See your address
phoneScopeConsentText = See your phone number
offlineAccessScopeConsentText = Act for you while you are away, until you revoke it
rolesScopeConsentText = See your roles
samlRoleListScopeConsentText = See your roles
organizationScopeConsentText = See your organizations
client_account = Account
client_account-console = Account Console
client_admin-cli = Admin CLI
client_broker = Broker
client_realm-management = Realm Management
client_security-admin-console = Admin Console
