# Os textos das páginas em português do Brasil. O que falta é mostrado em inglês.

language-name = Português (Brasil)
language-switch = Idioma

## Words that many pages use

back-to-login = Voltar ao login
back-to-client = Voltar para { $client }
sign-in-again = Entrar novamente
cancel = Cancelar
continue = Continuar
copy = Copiar
copied = Copiado
problems-title = Verifique estes campos:

## Fields

field-username-or-email = Usuário ou e-mail
field-username = Usuário
field-email = E-mail
field-password = Senha
field-password-new = Nova senha
field-password-confirm = Confirmar a senha
field-first-name = Nome
field-last-name = Sobrenome
field-device-user-code = Código no dispositivo
field-setup-code = Código de instalação
field-otp = Código de uso único
field-recovery-code = Código nº { $number }
field-device-name = Nome do dispositivo
password-show = Mostrar
password-hide = Ocultar
password-caps-lock = Caps Lock está ligado.
password-rules = A senha:

## Sign in

title-sign-in = Entrar em { $realm }
login-heading = Entrar
login-continue-to = para continuar em
login-as = Conectado como
login-not-you = Não é você?
login-remember-me = Lembrar de mim
login-forgot-password = Esqueceu a senha?
login-submit = Entrar
login-no-account = Novo por aqui?
login-register = Registrar-se
login-or-with = Ou entre com
link-confirm-heading = A conta já existe
link-confirm-taken = Já existe aqui uma conta com
link-confirm-from = Você vem de { $provider } como
link-confirm-explanation = Se for sua, vincule as duas: entre aqui mais uma vez para provar. Se não, use outro e-mail ou outro usuário.
link-confirm-link = Adicionar à conta existente
link-confirm-review = Revisar o perfil
otp-heading = Código de uso único
otp-explanation = Seu aplicativo autenticador ou dispositivo o mostra.
otp-device = Dispositivo
otp-device-unnamed = Dispositivo { $number }
otp-other = Tentar de outra forma
recovery-heading = Código de recuperação
recovery-explanation = Cada código da sua lista vale uma vez.

## Register, new password

register-heading = Registro
register-submit = Registrar-se
reset-heading = Esqueceu a senha?
reset-explanation = Diga quem você é. Se a conta existir e tiver um e-mail, enviaremos para ele um link para uma nova senha.
reset-submit = Enviar
update-password-heading = Alterar a senha
update-password-logout-sessions = Sair dos outros dispositivos
update-password-submit = Enviar
update-profile-heading = Atualizar os dados da conta
update-profile-submit = Enviar
link-provider-heading = Vincular { $provider }?
link-provider-explanation = Sua conta em { $provider } será vinculada à sua conta aqui, para que você possa entrar com ela. A seguir, você a comprova lá.
link-provider-continue = Ir para { $provider }
terms-heading = Termos e condições
terms-built-in = Para continuar, aceite os termos de uso deste serviço.
terms-accept = Aceitar
terms-decline = Recusar
enrol-heading = Configurar códigos de uso único
enrol-scan = Escaneie esta imagem com um aplicativo autenticador, como FreeOTP ou Google Authenticator.
enrol-picture = Código QR para o aplicativo autenticador
enrol-manual = Não consegue escanear? Digite isto no aplicativo
enrol-secret = Segredo
enrol-kind = Tipo
enrol-by-clock = pelo relógio
enrol-by-counter = por um contador
enrol-algorithm = Algoritmo
enrol-digits = Dígitos
enrol-period = Segundos
enrol-counter = Primeiro contador
enrol-then = Depois digite o código que o aplicativo mostra.
enrol-submit = Configurar

## Consent

consent-heading = Permitir “{ $client }”?
consent-as = Você está conectado como
consent-gives = Ele poderá
consent-identity = Reconhecer você quando voltar
consent-gives-not = Ele não verá sua senha e não poderá alterar sua conta.
consent-exact-claims = Ver os dados exatos
consent-policy = Política de privacidade
consent-terms = Termos do serviço
consent-allow = Permitir
consent-deny = Negar
claim-name = Dado
claim-value = Valor

## Sign out

logout-title = Saindo
logout-heading = Sair?
logout-asked-by = { $client } pede para encerrar sua sessão.
logout-explanation = Isto encerra sua sessão neste navegador, para todos os aplicativos.
logout-submit = Sair
signed-out-heading = Você saiu
signed-out-explanation = Sua sessão neste navegador foi encerrada.

## Messages

error-heading = Não funcionou
error-code = Código de erro
error-request = Solicitação
error-time = Hora
error-help = Se acontecer de novo, informe este código ao seu administrador.
info-heading = Bom saber
expired-heading = Esta página expirou
expired-explanation = Ela ficou aberta tempo demais, ou você voltou a ela.
expired-continue = Continuar o login
expired-restart = Começar de novo
already-heading = Você já está conectado
already-explanation = Você terminou o login em outro lugar, talvez em outra aba. Pode fechar esta página.
form-post-heading = Um momento
form-post-explanation = Você está voltando ao aplicativo. Se nada acontecer, continue aqui.

## Devices

device-heading = Conectar um dispositivo
device-explanation = Digite o código que o dispositivo mostra. Continue somente se ele for seu e se você começou isto.
device-submit = Continuar

## Set-up

setup-heading = Instalar o Cloakroom
setup-explanation = Crie o primeiro administrador deste servidor.
setup-code-hint = O servidor o mostrou ao iniciar. Ele prova que este servidor é seu.
setup-account = Sua conta
setup-submit = Criar administrador
setup-done-heading = O Cloakroom está pronto
setup-done-explanation = { $username } é o primeiro administrador. A página de instalação está fechada para sempre.
welcome-heading = O Cloakroom está funcionando
welcome-explanation = Aqui se entra nos aplicativos conectados a este servidor.
welcome-account = Sua conta
welcome-console = Administração
welcome-connect = Conectar um aplicativo
welcome-discovery = Clientes OpenID Connect se configuram sozinhos a partir deste endereço:

## Account

account-title = Gerenciamento da conta
account-explanation = Veja onde você está conectado e quais aplicativos permitiu.
account-sign-out = Sair
account-you = Você
account-name = Nome
account-change-password = Alterar a senha
account-set-password = Definir uma senha
account-sessions = Onde você está conectado
account-this-browser = Este navegador
account-started = conectado
account-last-used = último uso
account-signed-in-to = Conectado a
account-end-session = Sair
account-end-session-of = Sair de { $device }
account-end-others = Sair de todos os outros
account-linked = Contas em outros lugares
account-linked-as = vinculada como
account-not-linked = não vinculada
account-link = Vincular
account-link-of = Vincular { $provider }
account-unlink = Desvincular
account-unlink-of = Desvincular { $provider }
account-applications = Aplicativos que você permitiu
account-no-applications = Você ainda não permitiu nenhum aplicativo.
account-granted = Permitido
account-revoke = Revogar
account-revoke-of = Revogar o acesso de { $client }

## Notices: signing in

notice-invalid-credentials = Usuário ou senha inválidos.
notice-invalid-password = Senha inválida.
notice-account-disabled = A conta está desativada, fale com seu administrador.
notice-too-many-attempts = Tentativas demais. Espere um momento e tente de novo.
notice-sign-in-timed-out = Você demorou demais para entrar. Comece de novo.
notice-reauthentication-needed = Entre novamente para continuar.
notice-cookie-not-found = Seu navegador não enviou nosso cookie. Permita cookies para este site e tente de novo.
notice-action-cancelled = Você cancelou este passo.
notice-invalid-code = O código está errado.
notice-code-used-before = Esse código já foi usado. Espere o próximo.
notice-invalid-recovery-code = O código de recuperação está errado.
notice-set-up-otp = Para entrar aqui você precisa de códigos de uso único.

## Notices: required actions and registration

notice-update-password = Você precisa alterar sua senha para ativar sua conta.
notice-update-profile = Você precisa atualizar seus dados para ativar sua conta.
notice-verify-profile = Faltam dados na sua conta ou alguns precisam de correção. Complete-os para continuar.
notice-check-fields = Verifique os campos abaixo.
notice-field-required = Preencha este campo.
notice-invalid-email = Isto não é um endereço de e-mail.
notice-username-unavailable = Este usuário não pode ser usado. Escolha outro.
notice-email-unavailable = Este e-mail não pode ser usado.
notice-invalid-value = Este valor não é permitido.
notice-invalid-username = O usuário tem caracteres que não são permitidos.
notice-too-long = Máximo de caracteres: { $count }.
notice-too-short = Mínimo de caracteres: { $count }.
notice-passwords-differ = As senhas não são iguais.
notice-password-used-before = Ela deve ser diferente das últimas ({ $count }).
notice-password-too-short = Mínimo de caracteres: { $count }.
notice-password-too-long = Máximo de caracteres: { $count }.
notice-password-needs-digits = Mínimo de dígitos: { $count }.
notice-password-needs-lower-case = Mínimo de letras minúsculas: { $count }.
notice-password-needs-upper-case = Mínimo de letras maiúsculas: { $count }.
notice-password-needs-special = Mínimo de caracteres especiais: { $count }.
notice-password-holds-username = Ela não deve conter seu usuário.
notice-password-holds-email = Ela não deve conter seu e-mail.
notice-password-pattern-mismatch = Ela não tem a forma pedida aqui.
notice-password-too-common = Não deve ser uma senha que todos tentam primeiro.

## Notices: what went well

notice-reset-requested = Se esta conta existir e tiver um e-mail, uma mensagem com os próximos passos está a caminho.
notice-password-changed = Sua senha foi alterada.
notice-profile-saved = Os dados da sua conta foram salvos.
notice-session-ended = A sessão foi encerrada.
notice-other-sessions-ended = Todas as outras sessões foram encerradas.
notice-consent-revoked = O aplicativo não tem mais acesso.
notice-signed-out = Você saiu.

## Notices: set-up

notice-device-connected = O dispositivo está conectado. Pode fechar esta página e continuar nele.
notice-device-denied = O dispositivo não foi conectado. Pode fechar esta página.
notice-device-code-invalid = Este código está errado ou expirou. Veja o que o dispositivo mostra.
notice-invalid-setup-code = Este não é o código de instalação.
notice-setup-locked = Códigos errados demais. Tente de novo em { $count } s.

## Notices: error pages

notice-unexpected = Algo deu errado do nosso lado. Tente de novo.
notice-overloaded = O servidor tem trabalho demais agora. Tente de novo em um momento.
notice-page-not-found = Não há página neste endereço.
notice-realm-not-found = Não existe esse realm.
notice-realm-disabled = Este realm está desativado.
notice-https-required = HTTPS necessário
notice-client-not-found = Cliente não encontrado.
notice-client-disabled = Este aplicativo está desativado.
notice-client-may-not-sign-in = Este aplicativo não pode conectar pessoas por um navegador.
notice-invalid-redirect-uri = Parâmetro inválido: redirect_uri
notice-missing-parameter = Parâmetro ausente: { $name }
notice-invalid-parameter = Parâmetro inválido: { $name }
notice-duplicate-parameter = Parâmetro duplicado: { $name }
notice-invalid-request = O aplicativo enviou uma solicitação que não se entende.
notice-link-expired = Este link já foi usado ou expirou. Comece de novo pelo aplicativo.
notice-session-not-active = Sua sessão terminou. Entre novamente.
notice-signed-in-as-somebody-else = Outra pessoa está conectada neste navegador. Saia primeiro.
notice-registration-off = Registro não permitido
notice-reset-off = Redefinição não permitida
notice-flow-step-missing = Esta entrada pede uma etapa que não está disponível aqui: { $step }. Fale com seu administrador.
notice-too-many-sessions = Você está conectado em lugares demais. Saia em outro lugar e tente de novo.
notice-flow-says = { $text }
notice-not-allowed = Você não tem permissão para ver isto.

## Notices: identity providers

notice-provider-not-found = Esta forma de entrar não existe ou está desligada. Volte ao aplicativo e escolha outra.
notice-provider-unreachable = { $provider } não responde no momento. Tente em um minuto, ou entre de outra forma.
notice-provider-refused = { $provider } recusou o seu login. Comece de novo pelo aplicativo; se acontecer de novo, avise seu administrador.
notice-provider-untrusted = A resposta de { $provider } não era confiável, então ninguém foi conectado. Avise seu administrador.
notice-provider-settings = O login com { $provider } não está totalmente configurado. Avise seu administrador, ou entre de outra forma.
notice-provider-cancelled = O login com { $provider } foi cancelado. Tente de novo, ou entre de outra forma.
notice-provider-account-exists = Já existe uma conta com este e-mail ou usuário. Entre como antes; a página da conta permite vincular { $provider }.
notice-provider-no-account = Não há aqui uma conta para a sua em { $provider }. Peça uma ao seu administrador.
notice-provider-linked-elsewhere = Sua conta em { $provider } está vinculada aqui à conta de outra pessoa.
notice-provider-prove-account = Entre aqui uma vez na sua conta, para que { $provider } possa ser vinculado.
notice-provider-linked = { $provider } está vinculado à sua conta.
notice-provider-unlinked = { $provider } não está mais vinculado à sua conta.
notice-provider-last-way-in = { $provider } é sua única forma de entrar. Defina antes uma senha.
notice-password-kept-elsewhere = Sua senha fica em { $provider } e não pode ser alterada aqui.
notice-password-refused-elsewhere = { $provider } não aceita esta senha. Escolha uma que siga suas regras.
notice-kept-elsewhere = Isto fica em { $provider } e não pode ser alterado aqui.

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = Ver seu perfil: nome, imagem, idioma
emailScopeConsentText = Ver seu e-mail
addressScopeConsentText = Ver seu endereço
phoneScopeConsentText = Ver seu telefone
offlineAccessScopeConsentText = Agir por você na sua ausência, até que você revogue
rolesScopeConsentText = Ver seus papéis
samlRoleListScopeConsentText = Ver seus papéis
organizationScopeConsentText = Ver suas organizações
client_account = Conta
client_account-console = Console da conta
client_admin-cli = CLI de administração
client_broker = Intermediário
client_realm-management = Gerenciamento do realm
client_security-admin-console = Console de administração
