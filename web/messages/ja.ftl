# ページの日本語のテキスト。ないものは英語で表示される。

language-name = 日本語
language-switch = 言語

## Words that many pages use

back-to-login = サインインに戻る
back-to-client = { $client } に戻る
sign-in-again = もう一度サインイン
cancel = キャンセル
continue = 続ける
copy = コピー
copied = コピーしました
problems-title = 次の項目を確認してください：

## Fields

field-username-or-email = ユーザー名またはメールアドレス
field-username = ユーザー名
field-email = メールアドレス
field-password = パスワード
field-password-new = 新しいパスワード
field-password-confirm = パスワードの確認
field-first-name = 名
field-last-name = 姓
field-device-user-code = デバイスに表示されたコード
field-setup-code = セットアップコード
field-otp = ワンタイムコード
field-recovery-code = コード { $number } 番
field-device-name = デバイスの名前
password-show = 表示
password-hide = 隠す
password-caps-lock = Caps Lock がオンです。
password-rules = パスワード：

## Sign in

title-sign-in = { $realm } にサインイン
login-heading = サインイン
login-continue-to = 続ける先：
login-as = サインイン中：
login-not-you = あなたではありませんか？
login-remember-me = サインインしたままにする
login-forgot-password = パスワードをお忘れですか？
login-submit = サインイン
login-no-account = 初めての方ですか？
login-register = 登録
login-or-with = または次でサインイン
link-confirm-heading = アカウントは既に存在します
link-confirm-taken = ここには既に次のアカウントがあります：
link-confirm-from = { $provider } から来た人：
link-confirm-explanation = あなたのものなら、二つを結び付けてください。ここでもう一度サインインして確認します。違う場合は、別のメールアドレスかユーザー名を使ってください。
link-confirm-link = 既存のアカウントに追加
link-confirm-review = プロフィールを見直す
otp-heading = ワンタイムコード
otp-explanation = 認証アプリまたはデバイスに表示されます。
otp-device = デバイス
otp-device-unnamed = デバイス { $number }
otp-other = 別の方法を試す
recovery-heading = リカバリーコード
recovery-explanation = リストの各コードは一度だけ使えます。

## Register, new password

register-heading = 登録
register-submit = 登録
reset-heading = パスワードをお忘れですか？
reset-explanation = あなたが誰かを入力してください。アカウントとメールアドレスがあれば、新しいパスワード用のリンクを送ります。
reset-submit = 送信
update-password-heading = パスワードの変更
update-password-logout-sessions = ほかのデバイスからサインアウトする
update-password-submit = 送信
update-profile-heading = アカウント情報の更新
update-profile-submit = 送信
link-provider-heading = { $provider } をリンクしますか
link-provider-explanation = { $provider } のアカウントがここのアカウントにリンクされ、それでログインできるようになります。次に { $provider } で本人確認を行います。
link-provider-continue = { $provider } へ進む
terms-heading = 利用規約
terms-built-in = 続けるには、このサービスの利用規約に同意してください。
terms-accept = 同意する
terms-decline = 同意しない
enrol-heading = ワンタイムコードを設定
enrol-scan = FreeOTP や Google Authenticator などの認証アプリでこの画像を読み取ってください。
enrol-picture = 認証アプリ用の QR コード
enrol-manual = 読み取れない場合は、アプリに次を入力してください
enrol-secret = シークレット
enrol-kind = 種類
enrol-by-clock = 時刻による
enrol-by-counter = カウンターによる
enrol-algorithm = アルゴリズム
enrol-digits = 桁数
enrol-period = 秒数
enrol-counter = 最初のカウンター
enrol-then = 次に、アプリに表示されるコードを入力してください。
enrol-submit = 設定

## Consent

consent-heading = 「{ $client }」を許可しますか？
consent-as = サインイン中：
consent-gives = できるようになること
consent-identity = 次に来たときにあなたを認識する
consent-gives-not = パスワードを見ることも、アカウントを変えることもできません。
consent-exact-claims = 正確な内容を見る
consent-policy = プライバシーポリシー
consent-terms = サービス利用規約
consent-allow = 許可
consent-deny = 拒否
claim-name = 項目
claim-value = 値

## Sign out

logout-title = サインアウト中
logout-heading = サインアウトしますか？
logout-asked-by = { $client } がサインアウトを求めています。
logout-explanation = このブラウザでのセッションが、すべてのアプリケーションで終わります。
logout-submit = サインアウト
signed-out-heading = サインアウトしました
signed-out-explanation = このブラウザでのセッションは終わりました。

## Messages

error-heading = うまくいきませんでした
error-code = エラーコード
error-request = リクエスト
error-time = 時刻
error-help = また起きたら、このコードを管理者に伝えてください。
info-heading = お知らせ
expired-heading = このページの期限が切れました
expired-explanation = 長く開いたままだったか、このページに戻ったためです。
expired-continue = サインインを続ける
expired-restart = 最初からやり直す
already-heading = 既にサインインしています
already-explanation = 別の場所、おそらく別のタブでサインインが済みました。このページは閉じてかまいません。
form-post-heading = 少々お待ちください
form-post-explanation = アプリケーションに戻っています。何も起きなければ、ここから続けてください。

## Devices

device-heading = デバイスの接続
device-explanation = デバイスに表示されたコードを入力してください。自分のデバイスで、自分が始めた場合だけ続けてください。
device-submit = 続ける

## Set-up

setup-heading = Cloakroom のセットアップ
setup-explanation = このサーバーの最初の管理者を作ります。
setup-code-hint = サーバーが起動時に表示しました。このサーバーがあなたのものであることを示します。
setup-account = あなたのアカウント
setup-submit = 管理者を作る
setup-done-heading = Cloakroom の準備ができました
setup-done-explanation = { $username } が最初の管理者です。セットアップのページは閉じられました。
welcome-heading = Cloakroom は動いています
welcome-explanation = このサーバーにつながるアプリケーションには、ここでサインインします。
welcome-account = あなたのアカウント
welcome-console = 管理
welcome-connect = アプリケーションをつなぐ
welcome-discovery = OpenID Connect のクライアントは、このアドレスから自動的に設定されます：

## Account

account-title = アカウント管理
account-explanation = どこでサインインしているか、どのアプリケーションを許可したかを確認できます。
account-sign-out = サインアウト
account-you = あなた
account-name = 名前
account-change-password = パスワードを変更
account-set-password = パスワードを設定
account-sessions = サインインしている場所
account-this-browser = このブラウザ
account-started = サインイン
account-last-used = 最後の利用
account-signed-in-to = サインイン先
account-end-session = サインアウト
account-end-session-of = { $device } をサインアウト
account-end-others = ほかをすべてサインアウト
account-linked = ほかのアカウント
account-linked-as = リンク先:
account-not-linked = リンクされていません
account-link = リンクする
account-link-of = { $provider } をリンクする
account-unlink = リンクを解除
account-unlink-of = { $provider } のリンクを解除
account-applications = 許可したアプリケーション
account-no-applications = まだどのアプリケーションも許可していません。
account-granted = 許可日時
account-revoke = 取り消す
account-revoke-of = { $client } のアクセスを取り消す

## Notices: signing in

notice-invalid-credentials = ユーザー名またはパスワードが正しくありません。
notice-invalid-password = パスワードが正しくありません。
notice-account-disabled = アカウントは無効です。管理者に連絡してください。
notice-too-many-attempts = 試行回数が多すぎます。少し待ってからもう一度お試しください。
notice-sign-in-timed-out = サインインに時間がかかりすぎました。最初からやり直してください。
notice-reauthentication-needed = 続けるには、もう一度サインインしてください。
notice-cookie-not-found = ブラウザから Cookie が送られませんでした。このサイトの Cookie を許可して、もう一度お試しください。
notice-action-cancelled = この手順をキャンセルしました。
notice-invalid-code = コードが正しくありません。
notice-code-used-before = このコードはすでに使われました。次のコードをお待ちください。
notice-invalid-recovery-code = リカバリーコードが正しくありません。
notice-set-up-otp = ここにサインインするにはワンタイムコードが必要です。

## Notices: required actions and registration

notice-update-password = アカウントを有効にするには、パスワードを変更してください。
notice-update-profile = アカウントを有効にするには、アカウント情報を更新してください。
notice-verify-profile = アカウント情報に不足または誤りがあります。続けるには、入力してください。
notice-check-fields = 下の項目を確認してください。
notice-field-required = 入力してください。
notice-invalid-email = メールアドレスではありません。
notice-username-unavailable = このユーザー名は使えません。別のものを選んでください。
notice-email-unavailable = このメールアドレスは使えません。
notice-invalid-value = この値は使えません。
notice-invalid-username = ユーザー名に使えない文字があります。
notice-too-long = { $count } 文字以内にしてください。
notice-too-short = { $count } 文字以上にしてください。
notice-passwords-differ = パスワードが一致しません。
notice-password-used-before = 過去 { $count } 回のパスワードと違うものにしてください。
notice-password-too-short = { $count } 文字以上が必要です。
notice-password-too-long = { $count } 文字以内にしてください。
notice-password-needs-digits = 数字が { $count } 個以上必要です。
notice-password-needs-lower-case = 小文字が { $count } 個以上必要です。
notice-password-needs-upper-case = 大文字が { $count } 個以上必要です。
notice-password-needs-special = 記号が { $count } 個以上必要です。
notice-password-holds-username = ユーザー名を含んではいけません。
notice-password-holds-email = メールアドレスを含んではいけません。
notice-password-pattern-mismatch = ここで求められる形になっていません。
notice-password-too-common = 誰もが最初に試すパスワードは使えません。

## Notices: what went well

notice-reset-requested = このアカウントとメールアドレスがあれば、次の手順を書いたメッセージを送りました。
notice-password-changed = パスワードを変更しました。
notice-profile-saved = アカウント情報を保存しました。
notice-session-ended = セッションを終了しました。
notice-other-sessions-ended = ほかのセッションをすべて終了しました。
notice-consent-revoked = アプリケーションはもうアクセスできません。
notice-signed-out = サインアウトしました。

## Notices: set-up

notice-device-connected = デバイスがつながりました。このページを閉じて、デバイスで続けてください。
notice-device-denied = デバイスはつながりませんでした。このページは閉じてかまいません。
notice-device-code-invalid = コードが間違っているか、期限切れです。デバイスの表示を確認してください。
notice-invalid-setup-code = セットアップコードではありません。
notice-setup-locked = 間違ったコードが多すぎます。{ $count } 秒待ってからもう一度お試しください。

## Notices: error pages

notice-unexpected = こちらで問題が起きました。もう一度お試しください。
notice-overloaded = サーバーが混み合っています。少し待ってからもう一度お試しください。
notice-page-not-found = このアドレスにページはありません。
notice-realm-not-found = そのレルムはありません。
notice-realm-disabled = このレルムは無効です。
notice-https-required = HTTPS が必要です
notice-client-not-found = クライアントが見つかりません。
notice-client-disabled = このアプリケーションは無効です。
notice-client-may-not-sign-in = このアプリケーションはブラウザでのサインインに使えません。
notice-invalid-redirect-uri = 無効なパラメーター：redirect_uri
notice-missing-parameter = パラメーターがありません：{ $name }
notice-invalid-parameter = 無効なパラメーター：{ $name }
notice-duplicate-parameter = 重複したパラメーター：{ $name }
notice-invalid-request = アプリケーションが理解できないリクエストを送りました。
notice-link-expired = このリンクは既に使われたか、期限切れです。アプリケーションから始め直してください。
notice-session-not-active = セッションが終わりました。もう一度サインインしてください。
notice-signed-in-as-somebody-else = このブラウザでは別の人がサインインしています。先にサインアウトしてください。
notice-registration-off = 登録はできません
notice-reset-off = パスワードの再設定はできません
notice-flow-step-missing = このサインインには、ここでは利用できない手順が必要です: { $step }。管理者に連絡してください。
notice-too-many-sessions = サインインしている場所が多すぎます。ほかの場所でサインアウトしてから、もう一度お試しください。
notice-flow-says = { $text }
notice-not-allowed = これを見る権限がありません。

## Notices: identity providers

notice-provider-not-found = このサインイン方法は存在しないか、無効です。アプリケーションに戻って別の方法を選んでください。
notice-provider-unreachable = { $provider } は今応答しません。一分後にもう一度試すか、別の方法でサインインしてください。
notice-provider-refused = { $provider } がサインインを拒否しました。アプリケーションから始め直してください。また起きたら管理者に伝えてください。
notice-provider-untrusted = { $provider } の応答は信頼できないため、誰もサインインしていません。管理者に伝えてください。
notice-provider-settings = { $provider } でのサインインは設定が済んでいません。管理者に伝えるか、別の方法でサインインしてください。
notice-provider-cancelled = { $provider } でのサインインはキャンセルされました。もう一度試すか、別の方法でサインインしてください。
notice-provider-account-exists = このメールアドレスまたはユーザー名のアカウントは既にあります。いつものようにサインインすると、アカウントのページで { $provider } を結び付けられます。
notice-provider-no-account = { $provider } のアカウントに対応するアカウントはここにありません。管理者に頼んでください。
notice-provider-linked-elsewhere = { $provider } のアカウントは、ここでは別の人のアカウントに結び付いています。
notice-provider-prove-account = { $provider } を結び付けるため、ここのアカウントに一度サインインしてください。
notice-provider-linked = { $provider } をアカウントに結び付けました。
notice-provider-unlinked = { $provider } はもうアカウントに結び付いていません。
notice-provider-last-way-in = { $provider } は唯一のサインイン方法です。先にパスワードを設定してください。
notice-password-kept-elsewhere = パスワードは { $provider } にあり、ここでは変更できません。
notice-password-refused-elsewhere = { $provider } はこのパスワードを受け付けません。規則に合うものを選んでください。
notice-kept-elsewhere = これは { $provider } にあり、ここでは変更できません。

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = プロフィール（名前、写真、言語）を見る
emailScopeConsentText = メールアドレスを見る
addressScopeConsentText = 住所を見る
phoneScopeConsentText = 電話番号を見る
offlineAccessScopeConsentText = 取り消されるまで、不在のときもあなたに代わって動作する
rolesScopeConsentText = ロールを見る
samlRoleListScopeConsentText = ロールを見る
organizationScopeConsentText = 組織を見る
client_account = アカウント
client_account-console = アカウントコンソール
client_admin-cli = 管理 CLI
client_broker = ブローカー
client_realm-management = レルム管理
client_security-admin-console = 管理コンソール
