# Die Texte der Seiten auf Deutsch. Schlüssel und Argumente sind die von en.ftl.

language-name = Deutsch
language-switch = Sprache

## Wörter, die viele Seiten brauchen

back-to-login = Zurück zur Anmeldung
back-to-client = Zurück zu { $client }
sign-in-again = Erneut anmelden
cancel = Abbrechen
continue = Weiter
copy = Kopieren
copied = Kopiert
problems-title = Bitte prüfen Sie diese Felder:

## Felder

field-username-or-email = Benutzername oder E-Mail
field-username = Benutzername
field-email = E-Mail
field-password = Passwort
field-password-new = Neues Passwort
field-password-confirm = Passwort wiederholen
field-first-name = Vorname
field-last-name = Nachname
field-device-user-code = Code auf dem Gerät
field-setup-code = Einrichtungscode
field-key-name = Name des Schlüssels
field-otp = Einmalcode
field-recovery-code = Code Nr. { $number }
field-device-name = Name des Geräts
password-show = Zeigen
password-hide = Verbergen
password-caps-lock = Die Feststelltaste ist an.
password-rules = Das Passwort:

## Anmelden

title-sign-in = Bei { $realm } anmelden
login-heading = Anmelden
login-continue-to = weiter zu
login-as = Angemeldet als
login-not-you = Nicht Sie?
login-remember-me = Angemeldet bleiben
login-forgot-password = Passwort vergessen?
login-submit = Anmelden
login-no-account = Neu hier?
login-register = Registrieren
login-or-with = Oder anmelden mit
organization-heading = Organisation wählen
organization-explanation = Sie gehören zu mehreren Organisationen. Für welche gehen Sie weiter zu { $client }?
link-confirm-heading = Konto gibt es schon
link-confirm-taken = Hier gibt es schon ein Konto mit
link-confirm-from = Sie kommen von { $provider } als
link-confirm-explanation = Ist es Ihres, verknüpfen Sie beide: Sie melden sich hier noch einmal an, um es zu zeigen. Wenn nicht, nehmen Sie eine andere E-Mail-Adresse oder einen anderen Benutzernamen.
link-confirm-link = Zum vorhandenen Konto hinzufügen
link-confirm-review = Profil prüfen
key-heading = Sicherheitsschlüssel
passkey-heading = Passkey
key-available = Nehmen Sie einen davon:
key-unnamed = Schlüssel { $number }
key-created = seit
key-needs-script = Diese Seite braucht JavaScript, um Ihren Browser nach dem Schlüssel zu fragen.
key-use = Schlüssel verwenden
passkey-use = Mit einem Passkey anmelden
key-register-heading = Sicherheitsschlüssel einrichten
passkey-register-heading = Passkey einrichten
key-register = Registrieren
otp-heading = Einmalcode
otp-explanation = Ihre Authenticator-App oder Ihr Gerät zeigt ihn.
otp-device = Gerät
otp-device-unnamed = Gerät { $number }
otp-other = Anders anmelden
recovery-heading = Wiederherstellungscode
recovery-explanation = Jeder Code Ihrer Liste gilt einmal.

## Registrieren, neues Passwort

register-heading = Registrieren
register-submit = Registrieren
reset-heading = Passwort vergessen?
reset-explanation = Sagen Sie uns, wer Sie sind. Gibt es das Konto und hat es eine E-Mail-Adresse, senden wir einen Link für ein neues Passwort dorthin.
reset-submit = Absenden
update-password-heading = Passwort ändern
update-password-logout-sessions = Auf anderen Geräten abmelden
update-password-submit = Absenden
update-profile-heading = Kontodaten ändern
update-profile-submit = Absenden
link-provider-heading = { $provider } verknüpfen?
link-provider-explanation = Ihr Konto bei { $provider } wird mit Ihrem Konto hier verknüpft, sodass Sie sich damit anmelden können. Sie melden sich dafür gleich dort an.
link-provider-continue = Weiter zu { $provider }
terms-heading = Nutzungsbedingungen
terms-built-in = Um fortzufahren, nehmen Sie die Nutzungsbedingungen dieses Dienstes an.
terms-accept = Annehmen
terms-decline = Ablehnen
enrol-heading = Einmalcodes einrichten
enrol-scan = Scannen Sie dieses Bild mit einer Authenticator-App, zum Beispiel FreeOTP oder Google Authenticator.
enrol-picture = QR-Code für die Authenticator-App
enrol-manual = Sie können es nicht scannen? Geben Sie das in die App ein
enrol-secret = Geheimnis
enrol-kind = Art
enrol-by-clock = nach der Uhr
enrol-by-counter = nach einem Zähler
enrol-algorithm = Algorithmus
enrol-digits = Ziffern
enrol-period = Sekunden
enrol-counter = Erster Zählerstand
enrol-then = Geben Sie dann den Code ein, den die App zeigt.
enrol-submit = Einrichten
paper-heading = Ihre Wiederherstellungscodes
paper-explanation = Drucken Sie diese Codes aus, oder schreiben Sie sie ab, und verwahren Sie sie, wo sonst niemand herankommt. Jeder gilt einmal, in dieser Reihenfolge, wenn Sie nichts anderes zur Hand haben. Sie werden nicht noch einmal gezeigt.
paper-have = Ich habe die Codes sicher verwahrt
paper-submit = Weiter
remove-heading = Von Ihrem Konto entfernen?
remove-explanation = Sie können sich dann nicht mehr damit anmelden.
remove-submit = Entfernen
method-otp = Einmalcodes
method-recovery = Wiederherstellungscodes
method-webauthn = Sicherheitsschlüssel
method-passkey = Passkey
method-other = Ein anderer Nachweis

## Zustimmung

consent-heading = „{ $client }“ erlauben?
consent-as = Sie sind angemeldet als
consent-gives = Die Anwendung kann dann
consent-identity = Sie wiedererkennen, wenn Sie zurückkommen
consent-gives-not = Sie sieht Ihr Passwort nicht und kann Ihr Konto nicht ändern.
consent-exact-claims = Die genauen Angaben ansehen
consent-policy = Datenschutzerklärung
consent-terms = Nutzungsbedingungen
consent-allow = Erlauben
consent-deny = Ablehnen
claim-name = Angabe
claim-value = Wert

## Abmelden

logout-title = Abmelden
logout-heading = Abmelden?
logout-asked-by = { $client } möchte Sie abmelden.
logout-explanation = Das beendet Ihre Sitzung in diesem Browser, für alle Anwendungen.
logout-submit = Abmelden
signed-out-heading = Sie sind abgemeldet
signed-out-explanation = Ihre Sitzung in diesem Browser ist beendet.

## Meldungen

error-heading = Das hat nicht geklappt
error-code = Fehlercode
error-request = Anfrage
error-time = Zeit
error-help = Wenn es wieder geschieht, nennen Sie diesen Code der Administration.
info-heading = Gut zu wissen
expired-heading = Diese Seite ist abgelaufen
expired-explanation = Sie war zu lange offen, oder Sie sind zu ihr zurückgegangen.
expired-continue = Anmeldung fortsetzen
expired-restart = Neu beginnen
already-heading = Sie sind schon angemeldet
already-explanation = Sie haben die Anmeldung woanders abgeschlossen, vielleicht in einem anderen Tab. Sie können diese Seite schließen.
form-post-heading = Einen Moment
form-post-explanation = Sie sind auf dem Weg zurück zur Anwendung. Geschieht nichts, geht es hier weiter.

## Geräte

device-heading = Ein Gerät verbinden
device-explanation = Geben Sie den Code ein, den das Gerät zeigt. Fahren Sie nur fort, wenn es Ihres ist und Sie das begonnen haben.
device-submit = Weiter

## Einrichten

setup-heading = Cloakroom einrichten
setup-explanation = Legen Sie das erste Administrationskonto dieses Servers an.
setup-code-hint = Der Server hat ihn beim Start ausgegeben. Er zeigt, dass dieser Server Ihnen gehört.
setup-account = Ihr Konto
setup-submit = Konto anlegen
setup-done-heading = Cloakroom ist bereit
setup-done-explanation = { $username } ist das erste Administrationskonto. Die Einrichtungsseite ist nun endgültig geschlossen.
welcome-heading = Cloakroom läuft
welcome-explanation = Hier meldet man sich für die Anwendungen an, die mit diesem Server verbunden sind.
welcome-account = Ihr Konto
welcome-console = Verwaltung
welcome-connect = Eine Anwendung verbinden
welcome-discovery = OpenID-Connect-Clients richten sich mit dieser Adresse selbst ein:

## Konto

account-title = Kontoverwaltung
account-explanation = Sehen Sie, wo Sie angemeldet sind und welche Anwendungen Sie erlaubt haben.
account-sign-out = Abmelden
account-you = Sie
account-name = Name
account-change-password = Passwort ändern
account-set-password = Passwort festlegen
account-password = Passwort
account-methods = Wie Sie sich anmelden
account-set = eingerichtet
account-never = nicht gesetzt
account-codes-left = noch { $count }
account-remove = Entfernen
account-remove-of = { $name } entfernen
account-add-otp = Einmalcodes einrichten
account-add-codes = Neue Wiederherstellungscodes
account-add-key = Sicherheitsschlüssel hinzufügen
account-add-passkey = Passkey hinzufügen
account-sessions = Wo Sie angemeldet sind
account-this-browser = Dieser Browser
account-started = angemeldet
account-last-used = zuletzt benutzt
account-signed-in-to = Angemeldet bei
account-end-session = Abmelden
account-end-session-of = { $device } abmelden
account-end-others = Alle anderen abmelden
account-linked = Konten anderswo
account-linked-as = verknüpft als
account-not-linked = nicht verknüpft
account-link = Verknüpfen
account-link-of = { $provider } verknüpfen
account-unlink = Trennen
account-unlink-of = { $provider } trennen
account-applications = Anwendungen, die Sie erlaubt haben
account-no-applications = Sie haben noch keine Anwendung erlaubt.
account-granted = Erlaubt
account-revoke = Entziehen
account-revoke-of = { $client } den Zugriff entziehen

## Hinweise: Anmelden

notice-invalid-credentials = Benutzername oder Passwort ist falsch.
notice-invalid-password = Das Passwort ist falsch.
notice-organization-without-account = Diese Adresse gehört zu einer Organisation, aber es gibt hier noch kein Konto dafür.
notice-account-disabled = Das Konto ist gesperrt. Wenden Sie sich an die Administration.
notice-too-many-attempts = Zu viele Versuche. Warten Sie einen Moment und versuchen Sie es noch einmal.
notice-sign-in-timed-out = Die Anmeldung hat zu lange gedauert. Bitte beginnen Sie neu.
notice-reauthentication-needed = Bitte melden Sie sich noch einmal an, um fortzufahren.
notice-cookie-not-found = Ihr Browser hat unser Cookie nicht gesendet. Erlauben Sie Cookies für diese Seite und versuchen Sie es noch einmal.
notice-action-cancelled = Sie haben diesen Schritt abgebrochen.
notice-invalid-code = Der Code ist falsch.
notice-code-used-before = Dieser Code wurde schon benutzt. Warten Sie auf den nächsten.
notice-invalid-recovery-code = Der Wiederherstellungscode ist falsch.
notice-key-refused = Dieser Schlüssel wurde nicht angenommen.
notice-key-missing = Ihr Browser hat den Schlüssel nicht bekommen. Versuchen Sie es noch einmal.
notice-set-up-key = Für die Anmeldung hier brauchen Sie einen Sicherheitsschlüssel.
notice-key-not-taken = Dieser Schlüssel ließ sich nicht einrichten. Versuchen Sie es noch einmal oder nehmen Sie einen anderen.
notice-set-up-otp = Für die Anmeldung hier brauchen Sie Einmalcodes.
notice-set-up-codes = Mit Wiederherstellungscodes melden Sie sich an, wenn Sie kein Gerät zur Hand haben.

## Hinweise: erforderliche Schritte und Registrierung

notice-update-password = Sie müssen Ihr Passwort ändern, um das Konto zu aktivieren.
notice-update-profile = Sie müssen Ihre Kontodaten ergänzen, um das Konto zu aktivieren.
notice-verify-profile = In Ihren Kontodaten fehlt etwas, oder etwas stimmt nicht. Bitte ergänzen Sie sie, um fortzufahren.
notice-check-fields = Bitte prüfen Sie die Felder unten.
notice-field-required = Bitte füllen Sie das aus.
notice-invalid-email = Das ist keine E-Mail-Adresse.
notice-username-unavailable = Dieser Benutzername geht nicht. Wählen Sie einen anderen.
notice-email-unavailable = Diese E-Mail-Adresse geht nicht.
notice-invalid-value = Dieser Wert ist nicht erlaubt.
notice-invalid-username = Der Benutzername hat Zeichen, die nicht erlaubt sind.
notice-too-long = { $count ->
    [one] Höchstens { $count } Zeichen.
   *[other] Höchstens { $count } Zeichen.
}
notice-too-short = { $count ->
    [one] Mindestens { $count } Zeichen.
   *[other] Mindestens { $count } Zeichen.
}
notice-passwords-differ = Die Passwörter sind nicht gleich.
notice-password-used-before = { $count ->
    [one] Es muss sich von Ihrem letzten Passwort unterscheiden.
   *[other] Es muss sich von Ihren letzten { $count } Passwörtern unterscheiden.
}
notice-password-too-short = { $count ->
    [one] Es muss mindestens { $count } Zeichen haben.
   *[other] Es muss mindestens { $count } Zeichen haben.
}
notice-password-too-long = { $count ->
    [one] Es darf höchstens { $count } Zeichen haben.
   *[other] Es darf höchstens { $count } Zeichen haben.
}
notice-password-needs-digits = { $count ->
    [one] Es muss mindestens { $count } Ziffer haben.
   *[other] Es muss mindestens { $count } Ziffern haben.
}
notice-password-needs-lower-case = { $count ->
    [one] Es muss mindestens { $count } Kleinbuchstaben haben.
   *[other] Es muss mindestens { $count } Kleinbuchstaben haben.
}
notice-password-needs-upper-case = { $count ->
    [one] Es muss mindestens { $count } Großbuchstaben haben.
   *[other] Es muss mindestens { $count } Großbuchstaben haben.
}
notice-password-needs-special = { $count ->
    [one] Es muss mindestens { $count } Sonderzeichen haben.
   *[other] Es muss mindestens { $count } Sonderzeichen haben.
}
notice-password-holds-username = Es darf Ihren Benutzernamen nicht enthalten.
notice-password-holds-email = Es darf Ihre E-Mail-Adresse nicht enthalten.
notice-password-pattern-mismatch = Es hat nicht die Form, die hier verlangt ist.
notice-password-too-common = Es darf keines sein, das alle zuerst versuchen.

## Hinweise: was gelungen ist

notice-reset-requested = Gibt es dieses Konto und hat es eine E-Mail-Adresse, ist eine Nachricht mit den weiteren Schritten unterwegs.
notice-password-changed = Ihr Passwort ist geändert.
notice-profile-saved = Ihre Kontodaten sind gespeichert.
notice-session-ended = Die Sitzung ist beendet.
notice-other-sessions-ended = Alle anderen Sitzungen sind beendet.
notice-consent-revoked = Die Anwendung hat keinen Zugriff mehr.
notice-signed-out = Sie sind abgemeldet.

## Hinweise: Einrichten

notice-device-connected = Das Gerät ist verbunden. Sie können diese Seite schließen und dort weitermachen.
notice-device-denied = Das Gerät wurde nicht verbunden. Sie können diese Seite schließen.
notice-device-code-invalid = Dieser Code ist falsch oder abgelaufen. Prüfen Sie, was das Gerät zeigt.
notice-invalid-setup-code = Das ist nicht der Einrichtungscode.
notice-setup-locked = { $count ->
    [one] Zu viele falsche Codes. Warten Sie { $count } Sekunde und versuchen Sie es noch einmal.
   *[other] Zu viele falsche Codes. Warten Sie { $count } Sekunden und versuchen Sie es noch einmal.
}

## Hinweise: Fehlerseiten

notice-unexpected = Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal.
notice-overloaded = Der Server hat gerade zu viel zu tun. Bitte versuchen Sie es gleich noch einmal.
notice-page-not-found = Unter dieser Adresse gibt es keine Seite.
notice-realm-not-found = Diesen Realm gibt es nicht.
notice-realm-disabled = Dieser Realm ist gesperrt.
notice-https-required = HTTPS ist erforderlich
notice-client-not-found = Diese Anwendung ist nicht bekannt.
notice-client-disabled = Diese Anwendung ist gesperrt.
notice-client-may-not-sign-in = Diese Anwendung darf niemanden im Browser anmelden.
notice-invalid-redirect-uri = Ungültiger Parameter: redirect_uri
notice-missing-parameter = Fehlender Parameter: { $name }
notice-invalid-parameter = Ungültiger Parameter: { $name }
notice-duplicate-parameter = Doppelter Parameter: { $name }
notice-invalid-request = Die Anwendung hat eine Anfrage gesendet, die nicht zu verstehen ist.
notice-link-expired = Dieser Link wurde schon benutzt oder ist abgelaufen. Beginnen Sie in der Anwendung neu.
notice-session-not-active = Ihre Sitzung ist zu Ende. Bitte melden Sie sich neu an.
notice-signed-in-as-somebody-else = In diesem Browser ist jemand anderes angemeldet. Melden Sie sich zuerst ab.
notice-registration-off = Registrieren ist nicht erlaubt
notice-reset-off = Das Passwort lässt sich hier nicht zurücksetzen
notice-flow-step-missing = Diese Anmeldung verlangt einen Schritt, den es hier nicht gibt: { $step }. Wenden Sie sich an die Administration.
notice-too-many-sessions = Sie sind an zu vielen Orten angemeldet. Melden Sie sich anderswo ab und versuchen Sie es noch einmal.
notice-flow-says = { $text }
notice-not-allowed = Das dürfen Sie nicht sehen.

## Hinweise: Identitätsanbieter

notice-provider-not-found = Diese Art der Anmeldung gibt es nicht, oder sie ist abgeschaltet. Gehen Sie zur Anwendung zurück und wählen Sie eine andere.
notice-provider-unreachable = { $provider } antwortet gerade nicht. Versuchen Sie es in einer Minute noch einmal, oder melden Sie sich anders an.
notice-provider-refused = { $provider } hat die Anmeldung abgelehnt. Beginnen Sie in der Anwendung neu; wenn es wieder geschieht, sagen Sie es Ihrer Administration.
notice-provider-untrusted = Der Antwort von { $provider } war nicht zu trauen, darum wurde niemand angemeldet. Sagen Sie es Ihrer Administration.
notice-provider-settings = Die Anmeldung mit { $provider } ist nicht fertig eingerichtet. Sagen Sie es Ihrer Administration, oder melden Sie sich anders an.
notice-provider-cancelled = Die Anmeldung mit { $provider } wurde abgebrochen. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
notice-provider-account-exists = Es gibt schon ein Konto mit dieser E-Mail-Adresse oder diesem Benutzernamen. Melden Sie sich damit an wie bisher; auf der Kontoseite können Sie { $provider } verknüpfen.
notice-provider-no-account = Zu Ihrem Konto bei { $provider } gibt es hier keines. Bitten Sie Ihre Administration darum.
notice-provider-linked-elsewhere = Ihr Konto bei { $provider } ist hier mit dem Konto von jemand anderem verknüpft.
notice-provider-prove-account = Melden Sie sich hier einmal an, damit { $provider } mit Ihrem Konto verknüpft werden kann.
notice-provider-linked = { $provider } ist mit Ihrem Konto verknüpft.
notice-provider-unlinked = { $provider } ist nicht mehr mit Ihrem Konto verknüpft.
notice-provider-last-way-in = { $provider } ist Ihre einzige Art der Anmeldung. Setzen Sie zuerst ein Passwort.
notice-password-kept-elsewhere = Ihr Passwort liegt in { $provider } und lässt sich hier nicht ändern.
notice-password-refused-elsewhere = { $provider } nimmt dieses Passwort nicht an. Wählen Sie eines, das den Regeln dort entspricht.
notice-kept-elsewhere = Das liegt in { $provider } und lässt sich hier nicht ändern.

## Texte, die Realms als ${key} nennen, unter den Namen, die Keycloak ihnen gab

profileScopeConsentText = Ihr Profil sehen: Name, Bild, Sprache
emailScopeConsentText = Ihre E-Mail-Adresse sehen
addressScopeConsentText = Ihre Anschrift sehen
phoneScopeConsentText = Ihre Telefonnummer sehen
offlineAccessScopeConsentText = Für Sie handeln, während Sie weg sind, bis Sie es entziehen
rolesScopeConsentText = Ihre Rollen sehen
samlRoleListScopeConsentText = Ihre Rollen sehen
organizationScopeConsentText = Ihre Organisationen sehen
client_account = Konto
client_account-console = Kontoverwaltung
client_admin-cli = Admin-CLI
client_broker = Broker
client_realm-management = Realm-Verwaltung
client_security-admin-console = Administrationskonsole
