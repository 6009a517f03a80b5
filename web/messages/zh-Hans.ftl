# 页面的简体中文文本。没有的显示英文。

language-name = 简体中文
language-switch = 语言

## Words that many pages use

back-to-login = 返回登录
back-to-client = 返回 { $client }
sign-in-again = 重新登录
cancel = 取消
continue = 继续
copy = 复制
copied = 已复制
problems-title = 请检查这些字段：

## Fields

field-username-or-email = 用户名或邮箱
field-username = 用户名
field-email = 邮箱
field-password = 密码
field-password-new = 新密码
field-password-confirm = 确认密码
field-first-name = 名
field-last-name = 姓
field-device-user-code = 设备上的代码
field-setup-code = 安装代码
field-otp = 一次性代码
field-recovery-code = 第 { $number } 个代码
field-device-name = 设备名称
password-show = 显示
password-hide = 隐藏
password-caps-lock = 大写锁定已打开。
password-rules = 密码：

## Sign in

title-sign-in = 登录 { $realm }
login-heading = 登录
login-continue-to = 以继续前往
login-as = 当前登录：
login-not-you = 不是您？
login-remember-me = 记住我
login-forgot-password = 忘记密码？
login-submit = 登录
login-no-account = 新用户？
login-register = 注册
login-or-with = 或使用以下方式登录
link-confirm-heading = 帐户已存在
link-confirm-taken = 这里已有一个帐户：
link-confirm-from = 您来自 { $provider }：
link-confirm-explanation = 如果它是您的，请关联两者：在此再登录一次以证明。如果不是，请换一个邮箱或用户名。
link-confirm-link = 添加到已有帐户
link-confirm-review = 检查个人资料
otp-heading = 一次性代码
otp-explanation = 您的验证器应用或设备会显示它。
otp-device = 设备
otp-device-unnamed = 设备 { $number }
otp-other = 换一种方式
recovery-heading = 恢复代码
recovery-explanation = 列表中的每个代码只能用一次。

## Register, new password

register-heading = 注册
register-submit = 注册
reset-heading = 忘记密码？
reset-explanation = 请说明您是谁。如果帐户存在并且有邮箱，我们会发送设置新密码的链接。
reset-submit = 提交
update-password-heading = 更改密码
update-password-logout-sessions = 从其他设备退出
update-password-submit = 提交
update-profile-heading = 更新帐户信息
update-profile-submit = 提交
link-provider-heading = 要关联 { $provider } 吗？
link-provider-explanation = 您在 { $provider } 的账户将与您在此处的账户关联，之后可以用它登录。接下来请在那里证明您的身份。
link-provider-continue = 前往 { $provider }
terms-heading = 条款和条件
terms-built-in = 要继续，请接受此服务的使用条款。
terms-accept = 接受
terms-decline = 拒绝
enrol-heading = 设置一次性代码
enrol-scan = 请用验证器应用（例如 FreeOTP 或 Google Authenticator）扫描此图片。
enrol-picture = 验证器应用的二维码
enrol-manual = 无法扫描？请在应用中输入以下内容
enrol-secret = 密钥
enrol-kind = 类型
enrol-by-clock = 按时间
enrol-by-counter = 按计数器
enrol-algorithm = 算法
enrol-digits = 位数
enrol-period = 秒数
enrol-counter = 初始计数
enrol-then = 然后输入应用显示的代码。
enrol-submit = 设置

## Consent

consent-heading = 允许“{ $client }”？
consent-as = 当前登录：
consent-gives = 它将可以
consent-identity = 在您回来时认出您
consent-gives-not = 它看不到您的密码，也不能更改您的帐户。
consent-exact-claims = 查看确切的数据
consent-policy = 隐私政策
consent-terms = 服务条款
consent-allow = 允许
consent-deny = 拒绝
claim-name = 数据
claim-value = 值

## Sign out

logout-title = 正在退出
logout-heading = 退出登录？
logout-asked-by = { $client } 请求让您退出。
logout-explanation = 这会结束您在此浏览器中所有应用的会话。
logout-submit = 退出
signed-out-heading = 您已退出
signed-out-explanation = 您在此浏览器中的会话已结束。

## Messages

error-heading = 未能成功
error-code = 错误代码
error-request = 请求
error-time = 时间
error-help = 如果再次发生，请把此代码告诉管理员。
info-heading = 提示
expired-heading = 此页面已过期
expired-explanation = 它打开得太久，或者您返回到了它。
expired-continue = 继续登录
expired-restart = 重新开始
already-heading = 您已经登录
already-explanation = 您已在别处完成登录，也许在另一个标签页。可以关闭此页面。
form-post-heading = 请稍候
form-post-explanation = 正在返回应用。如果没有反应，请在此继续。

## Devices

device-heading = 连接设备
device-explanation = 请输入设备显示的代码。仅当设备是您的并且由您发起时才继续。
device-submit = 继续

## Set-up

setup-heading = 安装 Cloakroom
setup-explanation = 创建此服务器的第一个管理员。
setup-code-hint = 服务器启动时显示了它。它证明此服务器是您的。
setup-account = 您的帐户
setup-submit = 创建管理员
setup-done-heading = Cloakroom 已就绪
setup-done-explanation = { $username } 是第一个管理员。安装页面已永久关闭。
welcome-heading = Cloakroom 正在运行
welcome-explanation = 人们在此登录连接到此服务器的应用。
welcome-account = 您的帐户
welcome-console = 管理
welcome-connect = 连接应用
welcome-discovery = OpenID Connect 客户端从此地址自行配置：

## Account

account-title = 帐户管理
account-explanation = 查看您在哪里登录，以及允许了哪些应用。
account-sign-out = 退出
account-you = 您
account-name = 姓名
account-change-password = 更改密码
account-set-password = 设置密码
account-sessions = 您登录的地方
account-this-browser = 此浏览器
account-started = 登录于
account-last-used = 最后使用
account-signed-in-to = 已登录到
account-end-session = 退出
account-end-session-of = 退出 { $device }
account-end-others = 退出所有其他设备
account-linked = 其他地方的账户
account-linked-as = 已关联为
account-not-linked = 未关联
account-link = 关联
account-link-of = 关联 { $provider }
account-unlink = 取消关联
account-unlink-of = 取消关联 { $provider }
account-applications = 您允许的应用
account-no-applications = 您还没有允许任何应用。
account-granted = 允许于
account-revoke = 撤销
account-revoke-of = 撤销 { $client } 的访问

## Notices: signing in

notice-invalid-credentials = 用户名或密码无效。
notice-invalid-password = 密码无效。
notice-account-disabled = 帐户已停用，请联系管理员。
notice-too-many-attempts = 尝试次数过多。请稍候再试。
notice-sign-in-timed-out = 登录用时过长。请重新开始。
notice-reauthentication-needed = 请重新登录以继续。
notice-cookie-not-found = 浏览器没有发送我们的 Cookie。请允许此网站的 Cookie 后重试。
notice-action-cancelled = 您取消了此步骤。
notice-invalid-code = 代码不正确。
notice-code-used-before = 此代码已使用过。请等待下一个。
notice-invalid-recovery-code = 恢复代码不正确。
notice-set-up-otp = 在此登录需要一次性代码。

## Notices: required actions and registration

notice-update-password = 您需要更改密码才能启用帐户。
notice-update-profile = 您需要更新帐户信息才能启用帐户。
notice-verify-profile = 您的帐户信息不完整或有误。请补充后继续。
notice-check-fields = 请检查下面的字段。
notice-field-required = 请填写此项。
notice-invalid-email = 这不是邮箱地址。
notice-username-unavailable = 此用户名不能使用。请换一个。
notice-email-unavailable = 此邮箱不能使用。
notice-invalid-value = 此值不被允许。
notice-invalid-username = 用户名含有不允许的字符。
notice-too-long = 最多 { $count } 个字符。
notice-too-short = 至少 { $count } 个字符。
notice-passwords-differ = 两次密码不一致。
notice-password-used-before = 必须不同于最近 { $count } 个密码。
notice-password-too-short = 至少要有 { $count } 个字符。
notice-password-too-long = 最多只能有 { $count } 个字符。
notice-password-needs-digits = 至少要有 { $count } 个数字。
notice-password-needs-lower-case = 至少要有 { $count } 个小写字母。
notice-password-needs-upper-case = 至少要有 { $count } 个大写字母。
notice-password-needs-special = 至少要有 { $count } 个特殊字符。
notice-password-holds-username = 不能包含您的用户名。
notice-password-holds-email = 不能包含您的邮箱。
notice-password-pattern-mismatch = 不符合此处要求的格式。
notice-password-too-common = 不能是人人最先尝试的密码。

## Notices: what went well

notice-reset-requested = 如果此帐户存在并且有邮箱，说明后续步骤的邮件已发出。
notice-password-changed = 您的密码已更改。
notice-profile-saved = 您的帐户信息已保存。
notice-session-ended = 会话已结束。
notice-other-sessions-ended = 所有其他会话已结束。
notice-consent-revoked = 该应用不再有访问权限。
notice-signed-out = 您已退出。

## Notices: set-up

notice-device-connected = 设备已连接。可以关闭此页面，在设备上继续。
notice-device-denied = 设备未连接。可以关闭此页面。
notice-device-code-invalid = 此代码错误或已过期。请查看设备显示的内容。
notice-invalid-setup-code = 这不是安装代码。
notice-setup-locked = 错误代码过多。请在 { $count } 秒后重试。

## Notices: error pages

notice-unexpected = 我们这边出了问题。请重试。
notice-overloaded = 服务器现在太忙。请稍候再试。
notice-page-not-found = 此地址没有页面。
notice-realm-not-found = 没有这个领域。
notice-realm-disabled = 此领域已停用。
notice-https-required = 需要 HTTPS
notice-client-not-found = 找不到客户端。
notice-client-disabled = 此应用已停用。
notice-client-may-not-sign-in = 此应用不能通过浏览器让人登录。
notice-invalid-redirect-uri = 无效参数：redirect_uri
notice-missing-parameter = 缺少参数：{ $name }
notice-invalid-parameter = 无效参数：{ $name }
notice-duplicate-parameter = 重复参数：{ $name }
notice-invalid-request = 应用发送了无法理解的请求。
notice-link-expired = 此链接已被使用或已过期。请从应用重新开始。
notice-session-not-active = 您的会话已结束。请重新登录。
notice-signed-in-as-somebody-else = 此浏览器中已有其他人登录。请先退出。
notice-registration-off = 不允许注册
notice-reset-off = 不允许重置密码
notice-flow-step-missing = 此登录需要一个这里没有的步骤：{ $step }。请联系管理员。
notice-too-many-sessions = 您登录的地方过多。请先在其他地方退出，然后重试。
notice-flow-says = { $text }
notice-not-allowed = 您无权查看此内容。

## Notices: identity providers

notice-provider-not-found = 此登录方式不存在或已关闭。请返回应用另选一种。
notice-provider-unreachable = { $provider } 目前没有响应。请一分钟后重试，或用其他方式登录。
notice-provider-refused = { $provider } 拒绝让您登录。请从应用重新开始；如果再次发生，请告诉管理员。
notice-provider-untrusted = { $provider } 的回答不可信，因此没有人登录。请告诉管理员。
notice-provider-settings = 通过 { $provider } 登录尚未完全设置。请告诉管理员，或用其他方式登录。
notice-provider-cancelled = 通过 { $provider } 的登录已取消。请重试，或用其他方式登录。
notice-provider-account-exists = 已有使用此邮箱或用户名的帐户。请像以前一样登录；在帐户页面可以关联 { $provider }。
notice-provider-no-account = 这里没有与您在 { $provider } 的帐户对应的帐户。请向管理员申请。
notice-provider-linked-elsewhere = 您在 { $provider } 的帐户在这里已关联到别人的帐户。
notice-provider-prove-account = 请在此登录一次您的帐户，以便关联 { $provider }。
notice-provider-linked = { $provider } 已关联到您的帐户。
notice-provider-unlinked = { $provider } 已不再关联到您的帐户。
notice-provider-last-way-in = { $provider } 是您唯一的登录方式。请先设置密码。
notice-password-kept-elsewhere = 您的密码保存在 { $provider } 中，不能在此更改。
notice-password-refused-elsewhere = { $provider } 不接受此密码。请选择符合其规则的密码。
notice-kept-elsewhere = 此内容保存在 { $provider } 中，不能在此更改。

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = 查看您的个人资料：姓名、头像、语言
emailScopeConsentText = 查看您的邮箱
addressScopeConsentText = 查看您的地址
phoneScopeConsentText = 查看您的电话号码
offlineAccessScopeConsentText = 在您离开时代表您操作，直到您撤销
rolesScopeConsentText = 查看您的角色
samlRoleListScopeConsentText = 查看您的角色
organizationScopeConsentText = 查看您的组织
client_account = 帐户
client_account-console = 帐户控制台
client_admin-cli = 管理 CLI
client_broker = 代理
client_realm-management = 领域管理
client_security-admin-console = 管理控制台
