# Sayfaların Türkçe metinleri. Eksik olan İngilizce gösterilir.

language-name = Türkçe
language-switch = Dil

## Words that many pages use

back-to-login = Girişe dön
back-to-client = { $client } uygulamasına dön
sign-in-again = Yeniden giriş yap
cancel = Vazgeç
continue = Devam
copy = Kopyala
copied = Kopyalandı
problems-title = Lütfen şu alanları denetleyin:

## Fields

field-username-or-email = Kullanıcı adı veya e-posta
field-username = Kullanıcı adı
field-email = E-posta
field-password = Parola
field-password-new = Yeni parola
field-password-confirm = Parolayı doğrula
field-first-name = Ad
field-last-name = Soyad
field-device-user-code = Cihazdaki kod
field-setup-code = Kurulum kodu
field-otp = Tek kullanımlık kod
field-recovery-code = { $number } numaralı kod
field-device-name = Cihazın adı
password-show = Göster
password-hide = Gizle
password-caps-lock = Caps Lock açık.
password-rules = Parola:

## Sign in

title-sign-in = { $realm } girişi
login-heading = Giriş
login-continue-to = devam edilecek yer:
login-as = Giriş yapan:
login-not-you = Siz değil misiniz?
login-remember-me = Beni hatırla
login-forgot-password = Parolanızı mı unuttunuz?
login-submit = Giriş yap
login-no-account = Yeni misiniz?
login-register = Kaydol
login-or-with = Ya da şununla girin
link-confirm-heading = Hesap zaten var
link-confirm-taken = Burada zaten bir hesap var:
link-confirm-from = { $provider } üzerinden gelen:
link-confirm-explanation = Sizinse ikisini bağlayın: kanıtlamak için burada bir kez daha giriş yapın. Değilse başka bir e-posta veya kullanıcı adı alın.
link-confirm-link = Var olan hesaba ekle
link-confirm-review = Profili gözden geçir
otp-heading = Tek kullanımlık kod
otp-explanation = Kimlik doğrulama uygulamanız veya cihazınız gösterir.
otp-device = Cihaz
otp-device-unnamed = Cihaz { $number }
otp-other = Başka bir yol dene
recovery-heading = Kurtarma kodu
recovery-explanation = Listenizdeki her kod bir kez geçerlidir.

## Register, new password

register-heading = Kayıt
register-submit = Kaydol
reset-heading = Parolanızı mı unuttunuz?
reset-explanation = Kim olduğunuzu söyleyin. Hesap varsa ve e-postası varsa, oraya yeni parola için bir bağlantı göndeririz.
reset-submit = Gönder
update-password-heading = Parolayı değiştir
update-password-logout-sessions = Öteki cihazlardan çıkış yap
update-password-submit = Gönder
update-profile-heading = Hesap bilgilerini güncelle
update-profile-submit = Gönder
link-provider-heading = { $provider } bağlansın mı?
link-provider-explanation = { $provider } hesabınız buradaki hesabınıza bağlanacak; böylece onunla oturum açabileceksiniz. Şimdi orada kendinizi kanıtlayacaksınız.
link-provider-continue = { $provider } sayfasına git
terms-heading = Koşullar
terms-built-in = Devam etmek için bu hizmetin kullanım koşullarını kabul edin.
terms-accept = Kabul et
terms-decline = Reddet
enrol-heading = Tek kullanımlık kodları kurun
enrol-scan = Bu resmi FreeOTP veya Google Authenticator gibi bir kimlik doğrulama uygulamasıyla tarayın.
enrol-picture = Kimlik doğrulama uygulaması için QR kodu
enrol-manual = Tarayamıyor musunuz? Bunu uygulamaya yazın
enrol-secret = Gizli anahtar
enrol-kind = Tür
enrol-by-clock = saate göre
enrol-by-counter = sayaca göre
enrol-algorithm = Algoritma
enrol-digits = Basamak
enrol-period = Saniye
enrol-counter = İlk sayaç
enrol-then = Sonra uygulamanın gösterdiği kodu yazın.
enrol-submit = Kur

## Consent

consent-heading = “{ $client }” uygulamasına izin verilsin mi?
consent-as = Giriş yapan:
consent-gives = Şunları yapabilecek:
consent-identity = Döndüğünüzde sizi tanımak
consent-gives-not = Parolanızı göremez ve hesabınızı değiştiremez.
consent-exact-claims = Tam verileri gör
consent-policy = Gizlilik ilkesi
consent-terms = Hizmet koşulları
consent-allow = İzin ver
consent-deny = Reddet
claim-name = Veri
claim-value = Değer

## Sign out

logout-title = Çıkış yapılıyor
logout-heading = Çıkış yapılsın mı?
logout-asked-by = { $client } çıkış yapmanızı istiyor.
logout-explanation = Bu, bu tarayıcıdaki oturumunuzu bütün uygulamalar için bitirir.
logout-submit = Çıkış yap
signed-out-heading = Çıkış yaptınız
signed-out-explanation = Bu tarayıcıdaki oturumunuz bitti.

## Messages

error-heading = Bu olmadı
error-code = Hata kodu
error-request = İstek
error-time = Zaman
error-help = Yine olursa bu kodu yöneticinize verin.
info-heading = Bilmekte fayda var
expired-heading = Bu sayfanın süresi doldu
expired-explanation = Çok uzun açık kaldı ya da geri döndünüz.
expired-continue = Girişe devam et
expired-restart = Yeniden başla
already-heading = Zaten giriş yaptınız
already-explanation = Girişi başka bir yerde, belki başka bir sekmede bitirdiniz. Bu sayfayı kapatabilirsiniz.
form-post-heading = Bir an
form-post-explanation = Uygulamaya dönüyorsunuz. Bir şey olmazsa buradan devam edin.

## Devices

device-heading = Cihaz bağla
device-explanation = Cihazın gösterdiği kodu yazın. Yalnızca sizinse ve bunu siz başlattıysanız devam edin.
device-submit = Devam

## Set-up

setup-heading = Cloakroom kurulumu
setup-explanation = Bu sunucunun ilk yöneticisini oluşturun.
setup-code-hint = Sunucu başlarken bunu yazdı. Sunucunun sizin olduğunu gösterir.
setup-account = Hesabınız
setup-submit = Yönetici oluştur
setup-done-heading = Cloakroom hazır
setup-done-explanation = { $username } ilk yöneticidir. Kurulum sayfası artık kapalı.
welcome-heading = Cloakroom çalışıyor
welcome-explanation = Bu sunucuya bağlı uygulamalar için burada giriş yapılır.
welcome-account = Hesabınız
welcome-console = Yönetim
welcome-connect = Uygulama bağla
welcome-discovery = OpenID Connect istemcileri kendilerini bu adresten ayarlar:

## Account

account-title = Hesap yönetimi
account-explanation = Nerede giriş yaptığınızı ve hangi uygulamalara izin verdiğinizi görün.
account-sign-out = Çıkış yap
account-you = Siz
account-name = Ad
account-change-password = Parolayı değiştir
account-set-password = Parola belirle
account-sessions = Giriş yaptığınız yerler
account-this-browser = Bu tarayıcı
account-started = giriş
account-last-used = son kullanım
account-signed-in-to = Girilen uygulamalar
account-end-session = Çıkış yap
account-end-session-of = { $device } oturumunu kapat
account-end-others = Bütün ötekileri kapat
account-linked = Başka yerlerdeki hesaplar
account-linked-as = bağlı hesap:
account-not-linked = bağlı değil
account-link = Bağla
account-link-of = { $provider } hesabını bağla
account-unlink = Bağlantıyı kaldır
account-unlink-of = { $provider } bağlantısını kaldır
account-applications = İzin verdiğiniz uygulamalar
account-no-applications = Henüz hiçbir uygulamaya izin vermediniz.
account-granted = İzin verildi
account-revoke = Geri al
account-revoke-of = { $client } erişimini geri al

## Notices: signing in

notice-invalid-credentials = Geçersiz kullanıcı adı veya parola.
notice-invalid-password = Geçersiz parola.
notice-account-disabled = Hesap kapalı, yöneticinize başvurun.
notice-too-many-attempts = Çok fazla deneme. Biraz bekleyip yeniden deneyin.
notice-sign-in-timed-out = Giriş çok uzun sürdü. Lütfen yeniden başlayın.
notice-reauthentication-needed = Devam etmek için lütfen yeniden giriş yapın.
notice-cookie-not-found = Tarayıcınız çerezimizi göndermedi. Bu site için çerezlere izin verip yeniden deneyin.
notice-action-cancelled = Bu adımdan vazgeçtiniz.
notice-invalid-code = Kod yanlış.
notice-code-used-before = Bu kod daha önce kullanıldı. Bir sonrakini bekleyin.
notice-invalid-recovery-code = Kurtarma kodu yanlış.
notice-set-up-otp = Burada oturum açmak için tek kullanımlık kodlara ihtiyacınız var.

## Notices: required actions and registration

notice-update-password = Hesabınızı etkinleştirmek için parolanızı değiştirmelisiniz.
notice-update-profile = Hesabınızı etkinleştirmek için bilgilerinizi güncellemelisiniz.
notice-verify-profile = Hesap bilgilerinizde eksik veya düzeltilmesi gereken alanlar var. Devam etmek için bunları tamamlayın.
notice-check-fields = Lütfen aşağıdaki alanları denetleyin.
notice-field-required = Lütfen burayı doldurun.
notice-invalid-email = Bu bir e-posta adresi değil.
notice-username-unavailable = Bu kullanıcı adı kullanılamaz. Başka birini seçin.
notice-email-unavailable = Bu e-posta adresi kullanılamaz.
notice-invalid-value = Bu değere izin verilmiyor.
notice-invalid-username = Kullanıcı adında izin verilmeyen karakterler var.
notice-too-long = En çok { $count } karakter.
notice-too-short = En az { $count } karakter.
notice-passwords-differ = Parolalar aynı değil.
notice-password-used-before = Son { $count } paroladan farklı olmalı.
notice-password-too-short = En az { $count } karakter olmalı.
notice-password-too-long = En çok { $count } karakter olmalı.
notice-password-needs-digits = En az { $count } rakam olmalı.
notice-password-needs-lower-case = En az { $count } küçük harf olmalı.
notice-password-needs-upper-case = En az { $count } büyük harf olmalı.
notice-password-needs-special = En az { $count } özel karakter olmalı.
notice-password-holds-username = Kullanıcı adınızı içermemeli.
notice-password-holds-email = E-posta adresinizi içermemeli.
notice-password-pattern-mismatch = Burada istenen biçimde değil.
notice-password-too-common = Herkesin ilk denediği bir parola olmamalı.

## Notices: what went well

notice-reset-requested = Bu hesap varsa ve e-postası varsa, sonraki adımları anlatan bir ileti yolda.
notice-password-changed = Parolanız değiştirildi.
notice-profile-saved = Hesap bilgileriniz kaydedildi.
notice-session-ended = Oturum bitirildi.
notice-other-sessions-ended = Öteki bütün oturumlar bitirildi.
notice-consent-revoked = Uygulamanın artık erişimi yok.
notice-signed-out = Çıkış yaptınız.

## Notices: set-up

notice-device-connected = Cihaz bağlandı. Bu sayfayı kapatıp orada devam edebilirsiniz.
notice-device-denied = Cihaz bağlanmadı. Bu sayfayı kapatabilirsiniz.
notice-device-code-invalid = Bu kod yanlış ya da süresi doldu. Cihazın gösterdiğine bakın.
notice-invalid-setup-code = Kurulum kodu bu değil.
notice-setup-locked = Çok fazla yanlış kod. { $count } saniye sonra yeniden deneyin.

## Notices: error pages

notice-unexpected = Bizim tarafımızda bir şey ters gitti. Lütfen yeniden deneyin.
notice-overloaded = Sunucunun şu anda çok işi var. Lütfen birazdan yeniden deneyin.
notice-page-not-found = Bu adreste sayfa yok.
notice-realm-not-found = Böyle bir alan yok.
notice-realm-disabled = Bu alan kapalı.
notice-https-required = HTTPS gerekli
notice-client-not-found = İstemci bulunamadı.
notice-client-disabled = Bu uygulama kapalı.
notice-client-may-not-sign-in = Bu uygulama tarayıcıyla giriş yaptıramaz.
notice-invalid-redirect-uri = Geçersiz parametre: redirect_uri
notice-missing-parameter = Eksik parametre: { $name }
notice-invalid-parameter = Geçersiz parametre: { $name }
notice-duplicate-parameter = Yinelenen parametre: { $name }
notice-invalid-request = Uygulama anlaşılmayan bir istek gönderdi.
notice-link-expired = Bu bağlantı kullanılmış ya da süresi dolmuş. Uygulamadan yeniden başlayın.
notice-session-not-active = Oturumunuz bitti. Lütfen yeniden giriş yapın.
notice-signed-in-as-somebody-else = Bu tarayıcıda başka biri giriş yapmış. Önce çıkış yapın.
notice-registration-off = Kayda izin verilmiyor
notice-reset-off = Parola sıfırlamaya izin verilmiyor
notice-flow-step-missing = Bu giriş, burada olmayan bir adım istiyor: { $step }. Yöneticinize başvurun.
notice-too-many-sessions = Çok fazla yerde oturumunuz açık. Başka bir yerde oturumu kapatıp yeniden deneyin.
notice-flow-says = { $text }
notice-not-allowed = Bunu görmeye izniniz yok.

## Notices: identity providers

notice-provider-not-found = Bu giriş yolu yok ya da kapalı. Uygulamaya dönüp başka birini seçin.
notice-provider-unreachable = { $provider } şu anda yanıt vermiyor. Bir dakika sonra deneyin ya da başka bir yolla girin.
notice-provider-refused = { $provider } girişinizi reddetti. Uygulamadan yeniden başlayın; yine olursa yöneticinize söyleyin.
notice-provider-untrusted = { $provider } yanıtına güvenilemedi, bu yüzden kimse giriş yapmadı. Yöneticinize söyleyin.
notice-provider-settings = { $provider } ile giriş tam ayarlanmamış. Yöneticinize söyleyin ya da başka bir yolla girin.
notice-provider-cancelled = { $provider } ile girişten vazgeçildi. Yeniden deneyin ya da başka bir yolla girin.
notice-provider-account-exists = Bu e-posta veya kullanıcı adıyla bir hesap zaten var. Eskisi gibi girin; hesap sayfasında { $provider } bağlanabilir.
notice-provider-no-account = { $provider } hesabınız için burada hesap yok. Yöneticinizden isteyin.
notice-provider-linked-elsewhere = { $provider } hesabınız burada başkasının hesabına bağlı.
notice-provider-prove-account = { $provider } bağlanabilsin diye burada hesabınıza bir kez girin.
notice-provider-linked = { $provider } hesabınıza bağlandı.
notice-provider-unlinked = { $provider } artık hesabınıza bağlı değil.
notice-provider-last-way-in = { $provider } tek giriş yolunuz. Önce bir parola belirleyin.
notice-password-kept-elsewhere = Parolanız { $provider } içinde tutuluyor ve burada değiştirilemez.
notice-password-refused-elsewhere = { $provider } bu parolayı kabul etmiyor. Kurallarına uyan birini seçin.
notice-kept-elsewhere = Bu { $provider } içinde tutuluyor ve burada değiştirilemez.

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = Profilinizi görmek: ad, resim, dil
emailScopeConsentText = E-posta adresinizi görmek
addressScopeConsentText = Adresinizi görmek
phoneScopeConsentText = Telefon numaranızı görmek
offlineAccessScopeConsentText = Siz yokken, geri alana dek sizin yerinize davranmak
rolesScopeConsentText = Rollerinizi görmek
samlRoleListScopeConsentText = Rollerinizi görmek
organizationScopeConsentText = Kuruluşlarınızı görmek
client_account = Hesap
client_account-console = Hesap konsolu
client_admin-cli = Yönetim CLI
client_broker = Aracı
client_realm-management = Alan yönetimi
client_security-admin-console = Yönetim konsolu
