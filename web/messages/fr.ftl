# Les textes des pages en français. Ce qui manque est montré en anglais.

language-name = Français
language-switch = Langue

## Words that many pages use

back-to-login = Retour à la connexion
back-to-client = Retour à { $client }
sign-in-again = Se reconnecter
cancel = Annuler
continue = Continuer
copy = Copier
copied = Copié
problems-title = Veuillez vérifier ces champs :

## Fields

field-username-or-email = Nom d’utilisateur ou e-mail
field-username = Nom d’utilisateur
field-email = E-mail
field-password = Mot de passe
field-password-new = Nouveau mot de passe
field-password-confirm = Confirmer le mot de passe
field-first-name = Prénom
field-last-name = Nom
field-device-user-code = Code affiché par l’appareil
field-setup-code = Code d’installation
field-otp = Code à usage unique
field-recovery-code = Code n° { $number }
field-device-name = Nom de l’appareil
password-show = Afficher
password-hide = Masquer
password-caps-lock = La touche Verr. Maj est activée.
password-rules = Le mot de passe :

## Sign in

title-sign-in = Se connecter à { $realm }
login-heading = Connexion
login-continue-to = pour continuer vers
login-as = Connecté en tant que
login-not-you = Ce n’est pas vous ?
login-remember-me = Se souvenir de moi
login-forgot-password = Mot de passe oublié ?
login-submit = Se connecter
login-no-account = Nouveau ici ?
login-register = S’inscrire
login-or-with = Ou se connecter avec
link-confirm-heading = Ce compte existe déjà
link-confirm-taken = Il existe déjà ici un compte avec
link-confirm-from = Vous venez de { $provider } en tant que
link-confirm-explanation = S’il est à vous, reliez les deux : connectez-vous ici encore une fois pour le prouver. Sinon, prenez une autre adresse e-mail ou un autre nom d’utilisateur.
link-confirm-link = Ajouter au compte existant
link-confirm-review = Revoir le profil
otp-heading = Code à usage unique
otp-explanation = Votre application d’authentification ou votre appareil l’affiche.
otp-device = Appareil
otp-device-unnamed = Appareil { $number }
otp-other = Essayer autrement
recovery-heading = Code de récupération
recovery-explanation = Chaque code de votre liste ne sert qu’une fois.

## Register, new password

register-heading = Inscription
register-submit = S’inscrire
reset-heading = Mot de passe oublié ?
reset-explanation = Dites qui vous êtes. Si le compte existe et a une adresse e-mail, nous y envoyons un lien pour un nouveau mot de passe.
reset-submit = Envoyer
update-password-heading = Changer le mot de passe
update-password-logout-sessions = Se déconnecter des autres appareils
update-password-submit = Envoyer
update-profile-heading = Mettre à jour le compte
update-profile-submit = Envoyer
link-provider-heading = Lier { $provider } ?
link-provider-explanation = Votre compte { $provider } sera lié à votre compte ici, afin que vous puissiez vous connecter avec lui. Vous allez d’abord vous y identifier.
link-provider-continue = Aller vers { $provider }
terms-heading = Conditions d’utilisation
terms-built-in = Pour continuer, acceptez les conditions d’utilisation de ce service.
terms-accept = Accepter
terms-decline = Refuser
enrol-heading = Configurer les codes à usage unique
enrol-scan = Scannez cette image avec une application d’authentification, par exemple FreeOTP ou Google Authenticator.
enrol-picture = Code QR pour l’application d’authentification
enrol-manual = Vous ne pouvez pas la scanner ? Saisissez ceci dans l’application
enrol-secret = Secret
enrol-kind = Type
enrol-by-clock = selon l’heure
enrol-by-counter = selon un compteur
enrol-algorithm = Algorithme
enrol-digits = Chiffres
enrol-period = Secondes
enrol-counter = Premier compteur
enrol-then = Saisissez ensuite le code que l’application affiche.
enrol-submit = Configurer

## Consent

consent-heading = Autoriser « { $client } » ?
consent-as = Vous êtes connecté en tant que
consent-gives = L’application pourra
consent-identity = Vous reconnaître à votre retour
consent-gives-not = Elle ne verra pas votre mot de passe et ne pourra pas modifier votre compte.
consent-exact-claims = Voir les données exactes
consent-policy = Politique de confidentialité
consent-terms = Conditions de service
consent-allow = Autoriser
consent-deny = Refuser
claim-name = Donnée
claim-value = Valeur

## Sign out

logout-title = Déconnexion
logout-heading = Se déconnecter ?
logout-asked-by = { $client } demande à vous déconnecter.
logout-explanation = Cela met fin à votre session dans ce navigateur, pour toutes les applications.
logout-submit = Se déconnecter
signed-out-heading = Vous êtes déconnecté
signed-out-explanation = Votre session dans ce navigateur est terminée.

## Messages

error-heading = Cela n’a pas fonctionné
error-code = Code d’erreur
error-request = Requête
error-time = Heure
error-help = Si cela se reproduit, donnez ce code à votre administrateur.
info-heading = Bon à savoir
expired-heading = Cette page a expiré
expired-explanation = Elle est restée ouverte trop longtemps, ou vous y êtes revenu.
expired-continue = Poursuivre la connexion
expired-restart = Recommencer
already-heading = Vous êtes déjà connecté
already-explanation = Vous avez terminé la connexion ailleurs, peut-être dans un autre onglet. Vous pouvez fermer cette page.
form-post-heading = Un instant
form-post-explanation = Vous retournez à l’application. Si rien ne se passe, continuez ici.

## Devices

device-heading = Connecter un appareil
device-explanation = Saisissez le code affiché par l’appareil. Continuez seulement s’il est à vous et si vous avez commencé ceci.
device-submit = Continuer

## Set-up

setup-heading = Installer Cloakroom
setup-explanation = Créez le premier administrateur de ce serveur.
setup-code-hint = Le serveur l’a affiché à son démarrage. Il prouve que ce serveur est à vous.
setup-account = Votre compte
setup-submit = Créer l’administrateur
setup-done-heading = Cloakroom est prêt
setup-done-explanation = { $username } est le premier administrateur. La page d’installation est fermée pour de bon.
welcome-heading = Cloakroom fonctionne
welcome-explanation = On se connecte ici pour les applications reliées à ce serveur.
welcome-account = Votre compte
welcome-console = Administration
welcome-connect = Relier une application
welcome-discovery = Les clients OpenID Connect se configurent eux-mêmes depuis cette adresse :

## Account

account-title = Gestion du compte
account-explanation = Voyez où vous êtes connecté et quelles applications vous avez autorisées.
account-sign-out = Se déconnecter
account-you = Vous
account-name = Nom
account-change-password = Changer le mot de passe
account-set-password = Définir un mot de passe
account-sessions = Où vous êtes connecté
account-this-browser = Ce navigateur
account-started = connecté
account-last-used = dernière utilisation
account-signed-in-to = Connecté à
account-end-session = Se déconnecter
account-end-session-of = Déconnecter { $device }
account-end-others = Déconnecter tous les autres
account-linked = Comptes ailleurs
account-linked-as = lié en tant que
account-not-linked = non lié
account-link = Lier
account-link-of = Lier { $provider }
account-unlink = Délier
account-unlink-of = Délier { $provider }
account-applications = Applications que vous avez autorisées
account-no-applications = Vous n’avez encore autorisé aucune application.
account-granted = Autorisée
account-revoke = Révoquer
account-revoke-of = Révoquer l’accès de { $client }

## Notices: signing in

notice-invalid-credentials = Nom d’utilisateur ou mot de passe invalide.
notice-invalid-password = Mot de passe invalide.
notice-account-disabled = Le compte est désactivé, contactez votre administrateur.
notice-too-many-attempts = Trop de tentatives. Attendez un moment et réessayez.
notice-sign-in-timed-out = La connexion a pris trop de temps. Veuillez recommencer.
notice-reauthentication-needed = Veuillez vous reconnecter pour continuer.
notice-cookie-not-found = Votre navigateur n’a pas envoyé notre cookie. Autorisez les cookies pour ce site et réessayez.
notice-action-cancelled = Vous avez annulé cette étape.
notice-invalid-code = Ce code est incorrect.
notice-code-used-before = Ce code a déjà été utilisé. Attendez le suivant.
notice-invalid-recovery-code = Ce code de récupération est incorrect.
notice-set-up-otp = Il vous faut des codes à usage unique pour vous connecter ici.

## Notices: required actions and registration

notice-update-password = Vous devez changer votre mot de passe pour activer votre compte.
notice-update-profile = Vous devez mettre à jour votre compte pour l’activer.
notice-verify-profile = Il manque des informations à votre compte, ou certaines sont à corriger. Complétez-les pour continuer.
notice-check-fields = Veuillez vérifier les champs ci-dessous.
notice-field-required = Veuillez remplir ce champ.
notice-invalid-email = Ce n’est pas une adresse e-mail.
notice-username-unavailable = Ce nom d’utilisateur ne peut pas être utilisé. Choisissez-en un autre.
notice-email-unavailable = Cette adresse e-mail ne peut pas être utilisée.
notice-invalid-value = Cette valeur n’est pas autorisée.
notice-invalid-username = Le nom d’utilisateur contient des caractères non autorisés.
notice-too-long = Nombre maximal de caractères : { $count }.
notice-too-short = Nombre minimal de caractères : { $count }.
notice-passwords-differ = Les mots de passe ne sont pas identiques.
notice-password-used-before = Il doit différer des derniers mots de passe ({ $count }).
notice-password-too-short = Nombre minimal de caractères : { $count }.
notice-password-too-long = Nombre maximal de caractères : { $count }.
notice-password-needs-digits = Nombre minimal de chiffres : { $count }.
notice-password-needs-lower-case = Nombre minimal de minuscules : { $count }.
notice-password-needs-upper-case = Nombre minimal de majuscules : { $count }.
notice-password-needs-special = Nombre minimal de caractères spéciaux : { $count }.
notice-password-holds-username = Il ne doit pas contenir votre nom d’utilisateur.
notice-password-holds-email = Il ne doit pas contenir votre adresse e-mail.
notice-password-pattern-mismatch = Il n’a pas la forme demandée ici.
notice-password-too-common = Ce ne doit pas être un mot de passe que tout le monde essaie en premier.

## Notices: what went well

notice-reset-requested = Si ce compte existe et a une adresse e-mail, un message avec la suite est en route.
notice-password-changed = Votre mot de passe a été changé.
notice-profile-saved = Votre compte a été enregistré.
notice-session-ended = La session est terminée.
notice-other-sessions-ended = Toutes les autres sessions sont terminées.
notice-consent-revoked = L’application n’a plus accès.
notice-signed-out = Vous êtes déconnecté.

## Notices: set-up

notice-device-connected = L’appareil est connecté. Vous pouvez fermer cette page et continuer là-bas.
notice-device-denied = L’appareil n’a pas été connecté. Vous pouvez fermer cette page.
notice-device-code-invalid = Ce code est faux ou a expiré. Vérifiez ce que l’appareil affiche.
notice-invalid-setup-code = Ce n’est pas le code d’installation.
notice-setup-locked = Trop de codes faux. Réessayez dans { $count } s.

## Notices: error pages

notice-unexpected = Quelque chose s’est mal passé de notre côté. Veuillez réessayer.
notice-overloaded = Le serveur a trop à faire en ce moment. Veuillez réessayer dans un instant.
notice-page-not-found = Il n’y a pas de page à cette adresse.
notice-realm-not-found = Ce royaume n’existe pas.
notice-realm-disabled = Ce royaume est désactivé.
notice-https-required = HTTPS requis
notice-client-not-found = Client introuvable.
notice-client-disabled = Cette application est désactivée.
notice-client-may-not-sign-in = Cette application ne peut pas connecter des personnes par un navigateur.
notice-invalid-redirect-uri = Paramètre invalide : redirect_uri
notice-missing-parameter = Paramètre manquant : { $name }
notice-invalid-parameter = Paramètre invalide : { $name }
notice-duplicate-parameter = Paramètre en double : { $name }
notice-invalid-request = L’application a envoyé une requête incompréhensible.
notice-link-expired = Ce lien a déjà été utilisé ou a expiré. Recommencez depuis l’application.
notice-session-not-active = Votre session est terminée. Veuillez vous reconnecter.
notice-signed-in-as-somebody-else = Quelqu’un d’autre est connecté dans ce navigateur. Déconnectez-vous d’abord.
notice-registration-off = Inscription non autorisée
notice-reset-off = Réinitialisation non autorisée
notice-flow-step-missing = Cette connexion demande une étape qui n’est pas disponible ici : { $step }. Contactez votre administrateur.
notice-too-many-sessions = Vous êtes connecté à trop d’endroits. Déconnectez-vous ailleurs, puis réessayez.
notice-flow-says = { $text }
notice-not-allowed = Vous n’êtes pas autorisé à voir ceci.

## Notices: identity providers

notice-provider-not-found = Ce moyen de connexion n’existe pas ou est désactivé. Retournez à l’application et choisissez-en un autre.
notice-provider-unreachable = { $provider } ne répond pas en ce moment. Réessayez dans une minute, ou connectez-vous autrement.
notice-provider-refused = { $provider } a refusé de vous connecter. Recommencez depuis l’application ; si cela se reproduit, dites-le à votre administrateur.
notice-provider-untrusted = La réponse de { $provider } n’était pas digne de confiance : personne n’a été connecté. Dites-le à votre administrateur.
notice-provider-settings = La connexion avec { $provider } n’est pas entièrement configurée. Dites-le à votre administrateur, ou connectez-vous autrement.
notice-provider-cancelled = La connexion avec { $provider } a été annulée. Réessayez, ou connectez-vous autrement.
notice-provider-account-exists = Il existe déjà un compte avec cette adresse ou ce nom. Connectez-vous comme avant ; sa page de compte permet de relier { $provider }.
notice-provider-no-account = Il n’y a pas ici de compte pour le vôtre chez { $provider }. Demandez-en un à votre administrateur.
notice-provider-linked-elsewhere = Votre compte chez { $provider } est relié ici au compte de quelqu’un d’autre.
notice-provider-prove-account = Connectez-vous ici une fois à votre compte, pour que { $provider } puisse y être relié.
notice-provider-linked = { $provider } est relié à votre compte.
notice-provider-unlinked = { $provider } n’est plus relié à votre compte.
notice-provider-last-way-in = { $provider } est votre seul moyen de connexion. Choisissez d’abord un mot de passe.
notice-password-kept-elsewhere = Votre mot de passe est gardé dans { $provider } et ne peut pas être changé ici.
notice-password-refused-elsewhere = { $provider } n’accepte pas ce mot de passe. Choisissez-en un qui suit ses règles.
notice-kept-elsewhere = Ceci est gardé dans { $provider } et ne peut pas être changé ici.

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = Voir votre profil : nom, image, langue
emailScopeConsentText = Voir votre adresse e-mail
addressScopeConsentText = Voir votre adresse
phoneScopeConsentText = Voir votre numéro de téléphone
offlineAccessScopeConsentText = Agir pour vous en votre absence, jusqu’à ce que vous le révoquiez
rolesScopeConsentText = Voir vos rôles
samlRoleListScopeConsentText = Voir vos rôles
organizationScopeConsentText = Voir vos organisations
client_account = Compte
client_account-console = Console du compte
client_admin-cli = CLI d’administration
client_broker = Courtier
client_realm-management = Gestion du royaume
client_security-admin-console = Console d’administration
