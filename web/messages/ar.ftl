# نصوص الصفحات بالعربية. ما ينقص يظهر بالإنجليزية.

language-name = العربية
language-switch = اللغة

## Words that many pages use

back-to-login = العودة إلى تسجيل الدخول
back-to-client = العودة إلى { $client }
sign-in-again = سجّل الدخول مرة أخرى
cancel = إلغاء
continue = متابعة
copy = نسخ
copied = تم النسخ
problems-title = يرجى مراجعة هذه الحقول:

## Fields

field-username-or-email = اسم المستخدم أو البريد الإلكتروني
field-username = اسم المستخدم
field-email = البريد الإلكتروني
field-password = كلمة المرور
field-password-new = كلمة مرور جديدة
field-password-confirm = تأكيد كلمة المرور
field-first-name = الاسم الأول
field-last-name = اسم العائلة
field-device-user-code = الرمز الظاهر على الجهاز
field-setup-code = رمز الإعداد
field-otp = رمز لمرة واحدة
field-recovery-code = الرمز رقم { $number }
field-device-name = اسم الجهاز
password-show = إظهار
password-hide = إخفاء
password-caps-lock = مفتاح الأحرف الكبيرة مفعّل.
password-rules = كلمة المرور:

## Sign in

title-sign-in = تسجيل الدخول إلى { $realm }
login-heading = تسجيل الدخول
login-continue-to = للمتابعة إلى
login-as = تم الدخول باسم
login-not-you = لست أنت؟
login-remember-me = تذكّرني
login-forgot-password = نسيت كلمة المرور؟
login-submit = تسجيل الدخول
login-no-account = جديد هنا؟
login-register = تسجيل حساب
login-or-with = أو سجّل الدخول عبر
link-confirm-heading = الحساب موجود بالفعل
link-confirm-taken = يوجد هنا بالفعل حساب باسم
link-confirm-from = أتيت من { $provider } باسم
link-confirm-explanation = إن كان حسابك فاربط الاثنين: سجّل الدخول هنا مرة أخرى لإثبات ذلك. وإلا فاختر بريدًا أو اسم مستخدم آخر.
link-confirm-link = إضافة إلى الحساب الموجود
link-confirm-review = مراجعة الملف الشخصي
otp-heading = رمز لمرة واحدة
otp-explanation = يعرضه تطبيق المصادقة أو جهازك.
otp-device = الجهاز
otp-device-unnamed = الجهاز { $number }
otp-other = جرّب طريقة أخرى
recovery-heading = رمز الاسترداد
recovery-explanation = كل رمز في قائمتك صالح مرة واحدة.

## Register, new password

register-heading = تسجيل حساب
register-submit = تسجيل
reset-heading = نسيت كلمة المرور؟
reset-explanation = قل من أنت. إن كان الحساب موجودًا وله بريد إلكتروني فسنرسل إليه رابطًا لكلمة مرور جديدة.
reset-submit = إرسال
update-password-heading = تغيير كلمة المرور
update-password-logout-sessions = تسجيل الخروج من الأجهزة الأخرى
update-password-submit = إرسال
update-profile-heading = تحديث معلومات الحساب
update-profile-submit = إرسال
link-provider-heading = هل تريد ربط { $provider }؟
link-provider-explanation = سيُربط حسابك لدى { $provider } بحسابك هنا، حتى تتمكن من تسجيل الدخول به. ستثبت هويتك هناك في الخطوة التالية.
link-provider-continue = الانتقال إلى { $provider }
terms-heading = الشروط والأحكام
terms-built-in = للمتابعة، اقبل شروط استخدام هذه الخدمة.
terms-accept = قبول
terms-decline = رفض
enrol-heading = إعداد الرموز لمرة واحدة
enrol-scan = امسح هذه الصورة بتطبيق مصادقة، مثل FreeOTP أو Google Authenticator.
enrol-picture = رمز QR لتطبيق المصادقة
enrol-manual = لا يمكنك مسحها؟ اكتب هذا في التطبيق
enrol-secret = السر
enrol-kind = النوع
enrol-by-clock = حسب الساعة
enrol-by-counter = حسب العداد
enrol-algorithm = الخوارزمية
enrol-digits = الأرقام
enrol-period = الثواني
enrol-counter = العداد الأول
enrol-then = ثم اكتب الرمز الذي يعرضه التطبيق.
enrol-submit = إعداد

## Consent

consent-heading = السماح لـ«{ $client }»؟
consent-as = تم الدخول باسم
consent-gives = سيتمكن من
consent-identity = التعرف عليك عند عودتك
consent-gives-not = لن يرى كلمة مرورك ولن يستطيع تغيير حسابك.
consent-exact-claims = عرض البيانات بدقة
consent-policy = سياسة الخصوصية
consent-terms = شروط الخدمة
consent-allow = سماح
consent-deny = رفض
claim-name = البيان
claim-value = القيمة

## Sign out

logout-title = جارٍ تسجيل الخروج
logout-heading = تسجيل الخروج؟
logout-asked-by = يطلب { $client } تسجيل خروجك.
logout-explanation = ينهي هذا جلستك في هذا المتصفح لجميع التطبيقات.
logout-submit = تسجيل الخروج
signed-out-heading = تم تسجيل خروجك
signed-out-explanation = انتهت جلستك في هذا المتصفح.

## Messages

error-heading = لم ينجح هذا
error-code = رمز الخطأ
error-request = الطلب
error-time = الوقت
error-help = إن تكرر هذا فأعطِ هذا الرمز للمسؤول.
info-heading = للعلم
expired-heading = انتهت صلاحية هذه الصفحة
expired-explanation = بقيت مفتوحة وقتًا طويلًا، أو عدت إليها.
expired-continue = متابعة تسجيل الدخول
expired-restart = البدء من جديد
already-heading = لقد سجّلت الدخول بالفعل
already-explanation = أكملت تسجيل الدخول في مكان آخر، ربما في علامة تبويب أخرى. يمكنك إغلاق هذه الصفحة.
form-post-heading = لحظة واحدة
form-post-explanation = أنت في طريقك إلى التطبيق. إن لم يحدث شيء فتابع من هنا.

## Devices

device-heading = ربط جهاز
device-explanation = اكتب الرمز الذي يعرضه الجهاز. تابع فقط إن كان الجهاز لك وأنت من بدأ هذا.
device-submit = متابعة

## Set-up

setup-heading = إعداد Cloakroom
setup-explanation = أنشئ أول مسؤول لهذا الخادم.
setup-code-hint = عرضه الخادم عند تشغيله. وهو يثبت أن هذا الخادم لك.
setup-account = حسابك
setup-submit = إنشاء المسؤول
setup-done-heading = ‏Cloakroom جاهز
setup-done-explanation = { $username } هو أول مسؤول. أُغلقت صفحة الإعداد نهائيًا.
welcome-heading = ‏Cloakroom يعمل
welcome-explanation = هنا يسجّل الناس الدخول إلى التطبيقات المرتبطة بهذا الخادم.
welcome-account = حسابك
welcome-console = الإدارة
welcome-connect = ربط تطبيق
welcome-discovery = تضبط عملاء OpenID Connect نفسها من هذا العنوان:

## Account

account-title = إدارة الحساب
account-explanation = اطّلع على الأماكن التي سجّلت الدخول فيها والتطبيقات التي سمحت لها.
account-sign-out = تسجيل الخروج
account-you = أنت
account-name = الاسم
account-change-password = تغيير كلمة المرور
account-set-password = تعيين كلمة مرور
account-sessions = أماكن تسجيل دخولك
account-this-browser = هذا المتصفح
account-started = تسجيل الدخول
account-last-used = آخر استخدام
account-signed-in-to = تم الدخول إلى
account-end-session = تسجيل الخروج
account-end-session-of = تسجيل خروج { $device }
account-end-others = تسجيل الخروج من كل ما عداه
account-linked = حسابات في أماكن أخرى
account-linked-as = مرتبط باسم
account-not-linked = غير مرتبط
account-link = ربط
account-link-of = ربط { $provider }
account-unlink = إلغاء الربط
account-unlink-of = إلغاء ربط { $provider }
account-applications = التطبيقات التي سمحت لها
account-no-applications = لم تسمح لأي تطبيق بعد.
account-granted = سُمح له
account-revoke = سحب الإذن
account-revoke-of = سحب إذن { $client }

## Notices: signing in

notice-invalid-credentials = اسم المستخدم أو كلمة المرور غير صحيحة.
notice-invalid-password = كلمة المرور غير صحيحة.
notice-account-disabled = الحساب معطّل، اتصل بالمسؤول.
notice-too-many-attempts = محاولات كثيرة جدًا. انتظر قليلًا ثم حاول مرة أخرى.
notice-sign-in-timed-out = استغرق تسجيل الدخول وقتًا طويلًا. يرجى البدء من جديد.
notice-reauthentication-needed = يرجى تسجيل الدخول مرة أخرى للمتابعة.
notice-cookie-not-found = لم يرسل متصفحك ملف تعريف الارتباط. اسمح به لهذا الموقع ثم حاول مرة أخرى.
notice-action-cancelled = ألغيت هذه الخطوة.
notice-invalid-code = الرمز غير صحيح.
notice-code-used-before = استُخدم هذا الرمز من قبل. انتظر الرمز التالي.
notice-invalid-recovery-code = رمز الاسترداد غير صحيح.
notice-set-up-otp = تحتاج إلى رموز لمرة واحدة لتسجيل الدخول هنا.

## Notices: required actions and registration

notice-update-password = يجب تغيير كلمة المرور لتفعيل حسابك.
notice-update-profile = يجب تحديث معلومات حسابك لتفعيله.
notice-verify-profile = بعض معلومات حسابك ناقصة أو تحتاج إلى تصحيح. يرجى إكمالها للمتابعة.
notice-check-fields = يرجى مراجعة الحقول أدناه.
notice-field-required = يرجى ملء هذا الحقل.
notice-invalid-email = هذا ليس عنوان بريد إلكتروني.
notice-username-unavailable = لا يمكن استخدام اسم المستخدم هذا. اختر غيره.
notice-email-unavailable = لا يمكن استخدام هذا البريد الإلكتروني.
notice-invalid-value = هذه القيمة غير مسموح بها.
notice-invalid-username = في اسم المستخدم أحرف غير مسموح بها.
notice-too-long = الحد الأقصى لعدد الأحرف: { $count }.
notice-too-short = الحد الأدنى لعدد الأحرف: { $count }.
notice-passwords-differ = كلمتا المرور غير متطابقتين.
notice-password-used-before = يجب أن تختلف عن كلمات المرور السابقة (عددها { $count }).
notice-password-too-short = الحد الأدنى لعدد الأحرف: { $count }.
notice-password-too-long = الحد الأقصى لعدد الأحرف: { $count }.
notice-password-needs-digits = الحد الأدنى لعدد الأرقام: { $count }.
notice-password-needs-lower-case = الحد الأدنى لعدد الأحرف الصغيرة: { $count }.
notice-password-needs-upper-case = الحد الأدنى لعدد الأحرف الكبيرة: { $count }.
notice-password-needs-special = الحد الأدنى لعدد الرموز الخاصة: { $count }.
notice-password-holds-username = يجب ألا تحتوي على اسم المستخدم.
notice-password-holds-email = يجب ألا تحتوي على بريدك الإلكتروني.
notice-password-pattern-mismatch = ليست بالشكل المطلوب هنا.
notice-password-too-common = يجب ألا تكون كلمة مرور يجرّبها الجميع أولًا.

## Notices: what went well

notice-reset-requested = إن كان هذا الحساب موجودًا وله بريد إلكتروني فالرسالة بالخطوات التالية في الطريق.
notice-password-changed = تم تغيير كلمة مرورك.
notice-profile-saved = تم حفظ معلومات حسابك.
notice-session-ended = تم إنهاء الجلسة.
notice-other-sessions-ended = تم إنهاء جميع الجلسات الأخرى.
notice-consent-revoked = لم يعد للتطبيق إذن.
notice-signed-out = تم تسجيل خروجك.

## Notices: set-up

notice-device-connected = تم ربط الجهاز. يمكنك إغلاق هذه الصفحة والمتابعة هناك.
notice-device-denied = لم يُربط الجهاز. يمكنك إغلاق هذه الصفحة.
notice-device-code-invalid = هذا الرمز خطأ أو انتهت صلاحيته. انظر إلى ما يعرضه الجهاز.
notice-invalid-setup-code = هذا ليس رمز الإعداد.
notice-setup-locked = رموز خاطئة كثيرة جدًا. حاول مرة أخرى بعد { $count } ثانية.

## Notices: error pages

notice-unexpected = حدث خطأ من جهتنا. يرجى المحاولة مرة أخرى.
notice-overloaded = الخادم مشغول جدًا الآن. يرجى المحاولة بعد لحظة.
notice-page-not-found = لا توجد صفحة في هذا العنوان.
notice-realm-not-found = لا يوجد نطاق بهذا الاسم.
notice-realm-disabled = هذا النطاق معطّل.
notice-https-required = يلزم HTTPS
notice-client-not-found = لم يُعثر على العميل.
notice-client-disabled = هذا التطبيق معطّل.
notice-client-may-not-sign-in = لا يجوز لهذا التطبيق تسجيل دخول الناس عبر المتصفح.
notice-invalid-redirect-uri = معامل غير صالح: redirect_uri
notice-missing-parameter = معامل ناقص: { $name }
notice-invalid-parameter = معامل غير صالح: { $name }
notice-duplicate-parameter = معامل مكرر: { $name }
notice-invalid-request = أرسل التطبيق طلبًا لا يمكن فهمه.
notice-link-expired = استُخدم هذا الرابط من قبل أو انتهت صلاحيته. ابدأ من جديد من التطبيق.
notice-session-not-active = انتهت جلستك. يرجى تسجيل الدخول مرة أخرى.
notice-signed-in-as-somebody-else = شخص آخر مسجّل الدخول في هذا المتصفح. سجّل الخروج أولًا.
notice-registration-off = التسجيل غير مسموح به
notice-reset-off = إعادة التعيين غير مسموح بها
notice-flow-step-missing = يتطلب تسجيل الدخول هذا خطوة غير متاحة هنا: { $step }. اتصل بالمسؤول.
notice-too-many-sessions = لقد سجّلت الدخول في أماكن كثيرة جدًا. سجّل الخروج من مكان آخر ثم حاول مرة أخرى.
notice-flow-says = { $text }
notice-not-allowed = لا يُسمح لك برؤية هذا.

## Notices: identity providers

notice-provider-not-found = طريقة الدخول هذه غير موجودة أو معطّلة. عد إلى التطبيق واختر غيرها.
notice-provider-unreachable = لا يجيب { $provider } الآن. حاول بعد دقيقة أو سجّل الدخول بطريقة أخرى.
notice-provider-refused = رفض { $provider } تسجيل دخولك. ابدأ من جديد من التطبيق؛ وإن تكرر هذا فأخبر المسؤول.
notice-provider-untrusted = تعذّر الوثوق بإجابة { $provider }، فلم يُسجَّل دخول أحد. أخبر المسؤول.
notice-provider-settings = لم يكتمل إعداد تسجيل الدخول عبر { $provider }. أخبر المسؤول أو سجّل الدخول بطريقة أخرى.
notice-provider-cancelled = أُلغي تسجيل الدخول عبر { $provider }. حاول مرة أخرى أو سجّل الدخول بطريقة أخرى.
notice-provider-account-exists = يوجد بالفعل حساب بهذا البريد أو اسم المستخدم. سجّل الدخول كما كنت تفعل؛ وتتيح صفحة الحساب ربط { $provider }.
notice-provider-no-account = لا يوجد هنا حساب يقابل حسابك لدى { $provider }. اطلب واحدًا من المسؤول.
notice-provider-linked-elsewhere = حسابك لدى { $provider } مرتبط هنا بحساب شخص آخر.
notice-provider-prove-account = سجّل الدخول إلى حسابك هنا مرة واحدة ليمكن ربط { $provider } به.
notice-provider-linked = تم ربط { $provider } بحسابك.
notice-provider-unlinked = لم يعد { $provider } مرتبطًا بحسابك.
notice-provider-last-way-in = ‏{ $provider } هو طريقتك الوحيدة للدخول. عيّن كلمة مرور أولًا.
notice-password-kept-elsewhere = كلمة مرورك محفوظة لدى { $provider } ولا يمكن تغييرها هنا.
notice-password-refused-elsewhere = لا يقبل { $provider } كلمة المرور هذه. اختر كلمة توافق قواعده.
notice-kept-elsewhere = هذا محفوظ لدى { $provider } ولا يمكن تغييره هنا.

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = رؤية ملفك الشخصي: الاسم والصورة واللغة
emailScopeConsentText = رؤية بريدك الإلكتروني
addressScopeConsentText = رؤية عنوانك
phoneScopeConsentText = رؤية رقم هاتفك
offlineAccessScopeConsentText = التصرف نيابة عنك في غيابك حتى تسحب الإذن
rolesScopeConsentText = رؤية أدوارك
samlRoleListScopeConsentText = رؤية أدوارك
organizationScopeConsentText = رؤية مؤسساتك
client_account = الحساب
client_account-console = وحدة تحكم الحساب
client_admin-cli = سطر أوامر الإدارة
client_broker = الوسيط
client_realm-management = إدارة النطاق
client_security-admin-console = وحدة تحكم الإدارة
