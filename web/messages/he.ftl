# הטקסטים של הדפים בעברית. מה שחסר מוצג באנגלית.

language-name = עברית
language-switch = שפה

## Words that many pages use

back-to-login = חזרה לכניסה
back-to-client = חזרה אל { $client }
sign-in-again = כניסה מחדש
cancel = ביטול
continue = המשך
copy = העתקה
copied = הועתק
problems-title = נא לבדוק את השדות האלה:

## Fields

field-username-or-email = שם משתמש או דוא״ל
field-username = שם משתמש
field-email = דוא״ל
field-password = סיסמה
field-password-new = סיסמה חדשה
field-password-confirm = אימות סיסמה
field-first-name = שם פרטי
field-last-name = שם משפחה
field-device-user-code = הקוד שבמכשיר
field-setup-code = קוד התקנה
field-otp = קוד חד-פעמי
field-recovery-code = קוד מספר { $number }
field-device-name = שם המכשיר
password-show = הצגה
password-hide = הסתרה
password-caps-lock = מקש Caps Lock פעיל.
password-rules = הסיסמה:

## Sign in

title-sign-in = כניסה אל { $realm }
login-heading = כניסה
login-continue-to = כדי להמשיך אל
login-as = מחובר בתור
login-not-you = לא אתם?
login-remember-me = זכור אותי
login-forgot-password = שכחת סיסמה?
login-submit = כניסה
login-no-account = חדשים כאן?
login-register = הרשמה
login-or-with = או כניסה באמצעות
link-confirm-heading = החשבון כבר קיים
link-confirm-taken = כבר קיים כאן חשבון עם
link-confirm-from = הגעת מ־{ $provider } בתור
link-confirm-explanation = אם הוא שלך, אפשר לקשר בין השניים: יש להיכנס כאן פעם נוספת כדי להוכיח זאת. אם לא, יש לבחור דוא״ל או שם משתמש אחר.
link-confirm-link = הוספה לחשבון הקיים
link-confirm-review = עיון בפרופיל
otp-heading = קוד חד-פעמי
otp-explanation = אפליקציית האימות או המכשיר שלך מציגים אותו.
otp-device = מכשיר
otp-device-unnamed = מכשיר { $number }
otp-other = לנסות דרך אחרת
recovery-heading = קוד שחזור
recovery-explanation = כל קוד ברשימה שלך תקף פעם אחת.

## Register, new password

register-heading = הרשמה
register-submit = הרשמה
reset-heading = שכחת סיסמה?
reset-explanation = יש לומר מי אתם. אם החשבון קיים ויש לו דוא״ל, נשלח אליו קישור לסיסמה חדשה.
reset-submit = שליחה
update-password-heading = החלפת סיסמה
update-password-logout-sessions = יציאה ממכשירים אחרים
update-password-submit = שליחה
update-profile-heading = עדכון פרטי החשבון
update-profile-submit = שליחה
link-provider-heading = לקשר את { $provider }?
link-provider-explanation = החשבון שלך ב־{ $provider } יקושר לחשבון שלך כאן, כך שניתן יהיה להתחבר באמצעותו. בשלב הבא יש להזדהות שם.
link-provider-continue = מעבר אל { $provider }
terms-heading = תנאים והגבלות
terms-built-in = כדי להמשיך, יש לקבל את תנאי השימוש בשירות זה.
terms-accept = קבלה
terms-decline = דחייה
enrol-heading = הגדרת קודים חד-פעמיים
enrol-scan = יש לסרוק את התמונה באפליקציית אימות, למשל FreeOTP או Google Authenticator.
enrol-picture = קוד QR לאפליקציית האימות
enrol-manual = לא ניתן לסרוק? יש להקליד את זה באפליקציה
enrol-secret = סוד
enrol-kind = סוג
enrol-by-clock = לפי השעון
enrol-by-counter = לפי מונה
enrol-algorithm = אלגוריתם
enrol-digits = ספרות
enrol-period = שניות
enrol-counter = מונה ראשון
enrol-then = לאחר מכן יש להקליד את הקוד שהאפליקציה מציגה.
enrol-submit = הגדרה

## Consent

consent-heading = לאפשר ל„{ $client }”?
consent-as = מחובר בתור
consent-gives = הוא יוכל
consent-identity = לזהות אותך כשתחזור
consent-gives-not = הוא לא יראה את הסיסמה ולא יוכל לשנות את החשבון.
consent-exact-claims = הצגת הנתונים המדויקים
consent-policy = מדיניות פרטיות
consent-terms = תנאי השירות
consent-allow = לאפשר
consent-deny = לדחות
claim-name = נתון
claim-value = ערך

## Sign out

logout-title = יציאה
logout-heading = לצאת?
logout-asked-by = { $client } מבקש להוציא אותך.
logout-explanation = פעולה זו מסיימת את ההתחברות בדפדפן הזה, בכל היישומים.
logout-submit = יציאה
signed-out-heading = יצאת
signed-out-explanation = ההתחברות בדפדפן הזה הסתיימה.

## Messages

error-heading = זה לא הצליח
error-code = קוד שגיאה
error-request = בקשה
error-time = זמן
error-help = אם זה קורה שוב, יש למסור את הקוד הזה למנהל המערכת.
info-heading = טוב לדעת
expired-heading = תוקף הדף פג
expired-explanation = הוא היה פתוח זמן רב מדי, או שחזרת אליו.
expired-continue = המשך הכניסה
expired-restart = התחלה מחדש
already-heading = כבר נכנסת
already-explanation = הכניסה הושלמה במקום אחר, אולי בלשונית אחרת. אפשר לסגור את הדף.
form-post-heading = רק רגע
form-post-explanation = חוזרים אל היישום. אם לא קורה דבר, אפשר להמשיך כאן.

## Devices

device-heading = חיבור מכשיר
device-explanation = יש להקליד את הקוד שהמכשיר מציג. להמשיך רק אם הוא שלך ואם התחלת זאת.
device-submit = המשך

## Set-up

setup-heading = התקנת Cloakroom
setup-explanation = יצירת המנהל הראשון של השרת הזה.
setup-code-hint = השרת הציג אותו בהפעלה. הוא מראה שהשרת שלך.
setup-account = החשבון שלך
setup-submit = יצירת מנהל
setup-done-heading = ‏Cloakroom מוכן
setup-done-explanation = { $username } הוא המנהל הראשון. דף ההתקנה נסגר לצמיתות.
welcome-heading = ‏Cloakroom פועל
welcome-explanation = כאן נכנסים אל היישומים המחוברים לשרת הזה.
welcome-account = החשבון שלך
welcome-console = ניהול
welcome-connect = חיבור יישום
welcome-discovery = לקוחות OpenID Connect מגדירים את עצמם מהכתובת הזאת:

## Account

account-title = ניהול החשבון
account-explanation = כאן רואים היכן נכנסת ואילו יישומים אישרת.
account-sign-out = יציאה
account-you = אתם
account-name = שם
account-change-password = החלפת סיסמה
account-set-password = הגדרת סיסמה
account-sessions = היכן נכנסת
account-this-browser = הדפדפן הזה
account-started = כניסה
account-last-used = שימוש אחרון
account-signed-in-to = מחובר אל
account-end-session = יציאה
account-end-session-of = יציאה מ־{ $device }
account-end-others = יציאה מכל האחרים
account-linked = חשבונות במקומות אחרים
account-linked-as = מקושר בשם
account-not-linked = לא מקושר
account-link = קישור
account-link-of = קישור { $provider }
account-unlink = ביטול קישור
account-unlink-of = ביטול הקישור של { $provider }
account-applications = יישומים שאישרת
account-no-applications = עדיין לא אישרת אף יישום.
account-granted = אושר
account-revoke = ביטול האישור
account-revoke-of = ביטול הגישה של { $client }

## Notices: signing in

notice-invalid-credentials = שם משתמש או סיסמה שגויים.
notice-invalid-password = סיסמה שגויה.
notice-account-disabled = החשבון מושבת, יש לפנות למנהל המערכת.
notice-too-many-attempts = יותר מדי ניסיונות. יש להמתין רגע ולנסות שוב.
notice-sign-in-timed-out = הכניסה נמשכה זמן רב מדי. נא להתחיל מחדש.
notice-reauthentication-needed = נא להיכנס שוב כדי להמשיך.
notice-cookie-not-found = הדפדפן לא שלח את העוגייה שלנו. יש לאפשר עוגיות לאתר הזה ולנסות שוב.
notice-action-cancelled = ביטלת את השלב הזה.
notice-invalid-code = הקוד שגוי.
notice-code-used-before = הקוד הזה כבר נוצל. יש להמתין לקוד הבא.
notice-invalid-recovery-code = קוד השחזור שגוי.
notice-set-up-otp = כדי להיכנס כאן נדרשים קודים חד-פעמיים.

## Notices: required actions and registration

notice-update-password = יש להחליף סיסמה כדי להפעיל את החשבון.
notice-update-profile = יש לעדכן את פרטי החשבון כדי להפעיל אותו.
notice-verify-profile = חסרים פרטים בחשבון שלך, או שיש פרטים שצריך לתקן. יש להשלים אותם כדי להמשיך.
notice-check-fields = נא לבדוק את השדות שלמטה.
notice-field-required = נא למלא כאן.
notice-invalid-email = זו אינה כתובת דוא״ל.
notice-username-unavailable = אי אפשר להשתמש בשם המשתמש הזה. יש לבחור אחר.
notice-email-unavailable = אי אפשר להשתמש בדוא״ל הזה.
notice-invalid-value = הערך הזה אינו מותר.
notice-invalid-username = בשם המשתמש יש תווים אסורים.
notice-too-long = מספר התווים המרבי: { $count }.
notice-too-short = מספר התווים המזערי: { $count }.
notice-passwords-differ = הסיסמאות אינן זהות.
notice-password-used-before = עליה להיות שונה מהסיסמאות האחרונות ({ $count }).
notice-password-too-short = מספר התווים המזערי: { $count }.
notice-password-too-long = מספר התווים המרבי: { $count }.
notice-password-needs-digits = מספר הספרות המזערי: { $count }.
notice-password-needs-lower-case = מספר האותיות הקטנות המזערי: { $count }.
notice-password-needs-upper-case = מספר האותיות הגדולות המזערי: { $count }.
notice-password-needs-special = מספר התווים המיוחדים המזערי: { $count }.
notice-password-holds-username = אסור שתכיל את שם המשתמש.
notice-password-holds-email = אסור שתכיל את הדוא״ל.
notice-password-pattern-mismatch = היא אינה בצורה שנדרשת כאן.
notice-password-too-common = אסור שתהיה סיסמה שכולם מנסים ראשונה.

## Notices: what went well

notice-reset-requested = אם החשבון קיים ויש לו דוא״ל, הודעה עם ההמשך בדרך.
notice-password-changed = הסיסמה הוחלפה.
notice-profile-saved = פרטי החשבון נשמרו.
notice-session-ended = ההתחברות הסתיימה.
notice-other-sessions-ended = כל ההתחברויות האחרות הסתיימו.
notice-consent-revoked = ליישום אין עוד גישה.
notice-signed-out = יצאת.

## Notices: set-up

notice-device-connected = המכשיר מחובר. אפשר לסגור את הדף ולהמשיך שם.
notice-device-denied = המכשיר לא חובר. אפשר לסגור את הדף.
notice-device-code-invalid = הקוד שגוי או שתוקפו פג. יש לבדוק מה המכשיר מציג.
notice-invalid-setup-code = זה אינו קוד ההתקנה.
notice-setup-locked = יותר מדי קודים שגויים. אפשר לנסות שוב בעוד { $count } שניות.

## Notices: error pages

notice-unexpected = משהו השתבש אצלנו. נא לנסות שוב.
notice-overloaded = השרת עמוס כרגע. נא לנסות שוב בעוד רגע.
notice-page-not-found = אין דף בכתובת הזאת.
notice-realm-not-found = אין תחום כזה.
notice-realm-disabled = התחום הזה מושבת.
notice-https-required = נדרש HTTPS
notice-client-not-found = הלקוח לא נמצא.
notice-client-disabled = היישום הזה מושבת.
notice-client-may-not-sign-in = היישום הזה אינו רשאי להכניס אנשים דרך דפדפן.
notice-invalid-redirect-uri = פרמטר שגוי: redirect_uri
notice-missing-parameter = פרמטר חסר: { $name }
notice-invalid-parameter = פרמטר שגוי: { $name }
notice-duplicate-parameter = פרמטר כפול: { $name }
notice-invalid-request = היישום שלח בקשה שאי אפשר להבין.
notice-link-expired = הקישור הזה כבר שימש או שתוקפו פג. יש להתחיל מחדש מהיישום.
notice-session-not-active = ההתחברות הסתיימה. נא להיכנס שוב.
notice-signed-in-as-somebody-else = מישהו אחר מחובר בדפדפן הזה. יש לצאת קודם.
notice-registration-off = הרשמה אינה מותרת
notice-reset-off = איפוס אינו מותר
notice-flow-step-missing = הכניסה הזו דורשת שלב שאינו זמין כאן: { $step }. יש לפנות למנהל המערכת.
notice-too-many-sessions = ההתחברות פעילה ביותר מדי מקומות. יש לצאת במקום אחר ולנסות שוב.
notice-flow-says = { $text }
notice-not-allowed = אין לך הרשאה לראות את זה.

## Notices: identity providers

notice-provider-not-found = דרך הכניסה הזאת אינה קיימת או כבויה. יש לחזור אל היישום ולבחור אחרת.
notice-provider-unreachable = { $provider } אינו עונה כרגע. אפשר לנסות בעוד דקה או להיכנס בדרך אחרת.
notice-provider-refused = { $provider } סירב להכניס אותך. יש להתחיל מחדש מהיישום; אם זה קורה שוב, יש לומר למנהל המערכת.
notice-provider-untrusted = אי אפשר היה לסמוך על התשובה של { $provider }, ולכן איש לא נכנס. יש לומר למנהל המערכת.
notice-provider-settings = הכניסה באמצעות { $provider } אינה מוגדרת במלואה. יש לומר למנהל המערכת או להיכנס בדרך אחרת.
notice-provider-cancelled = הכניסה באמצעות { $provider } בוטלה. אפשר לנסות שוב או להיכנס בדרך אחרת.
notice-provider-account-exists = כבר קיים חשבון עם הדוא״ל או שם המשתמש הזה. יש להיכנס אליו כרגיל; דף החשבון מאפשר לקשר את { $provider }.
notice-provider-no-account = אין כאן חשבון שמתאים לחשבונך אצל { $provider }. יש לבקש אחד ממנהל המערכת.
notice-provider-linked-elsewhere = חשבונך אצל { $provider } מקושר כאן לחשבון של מישהו אחר.
notice-provider-prove-account = יש להיכנס כאן לחשבון פעם אחת, כדי שאפשר יהיה לקשר אליו את { $provider }.
notice-provider-linked = { $provider } מקושר לחשבון שלך.
notice-provider-unlinked = { $provider } אינו מקושר עוד לחשבון שלך.
notice-provider-last-way-in = { $provider } הוא דרך הכניסה היחידה שלך. יש לקבוע סיסמה קודם.
notice-password-kept-elsewhere = הסיסמה נשמרת אצל { $provider } ואי אפשר להחליף אותה כאן.
notice-password-refused-elsewhere = { $provider } אינו מקבל את הסיסמה הזאת. יש לבחור אחת לפי כלליו.
notice-kept-elsewhere = זה נשמר אצל { $provider } ואי אפשר לשנות אותו כאן.

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = לראות את הפרופיל: שם, תמונה, שפה
emailScopeConsentText = לראות את הדוא״ל
addressScopeConsentText = לראות את הכתובת
phoneScopeConsentText = לראות את מספר הטלפון
offlineAccessScopeConsentText = לפעול בשמך כשאינך, עד שתבטל
rolesScopeConsentText = לראות את התפקידים
samlRoleListScopeConsentText = לראות את התפקידים
organizationScopeConsentText = לראות את הארגונים
client_account = חשבון
client_account-console = מסוף החשבון
client_admin-cli = שורת פקודה לניהול
client_broker = מתווך
client_realm-management = ניהול התחום
client_security-admin-console = מסוף הניהול
