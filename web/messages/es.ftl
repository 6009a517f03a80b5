# Los textos de las páginas en español. Lo que falta se muestra en inglés.

language-name = Español
language-switch = Idioma

## Words that many pages use

back-to-login = Volver al inicio de sesión
back-to-client = Volver a { $client }
sign-in-again = Iniciar sesión de nuevo
cancel = Cancelar
continue = Continuar
copy = Copiar
copied = Copiado
problems-title = Revise estos campos:

## Fields

field-username-or-email = Usuario o correo electrónico
field-username = Usuario
field-email = Correo electrónico
field-password = Contraseña
field-password-new = Contraseña nueva
field-password-confirm = Confirmar la contraseña
field-first-name = Nombre
field-last-name = Apellidos
field-device-user-code = Código del dispositivo
field-setup-code = Código de instalación
field-otp = Código de un solo uso
field-recovery-code = Código n.º { $number }
field-device-name = Nombre del dispositivo
password-show = Mostrar
password-hide = Ocultar
password-caps-lock = Las mayúsculas están activadas.
password-rules = La contraseña:

## Sign in

title-sign-in = Iniciar sesión en { $realm }
login-heading = Iniciar sesión
login-continue-to = para continuar a
login-as = Sesión iniciada como
login-not-you = ¿No es usted?
login-remember-me = Recordarme
login-forgot-password = ¿Olvidó la contraseña?
login-submit = Iniciar sesión
login-no-account = ¿Es nuevo aquí?
login-register = Registrarse
login-or-with = O inicie sesión con
link-confirm-heading = La cuenta ya existe
link-confirm-taken = Ya hay aquí una cuenta con
link-confirm-from = Viene de { $provider } como
link-confirm-explanation = Si es suya, vincule las dos: inicie sesión aquí una vez más para demostrarlo. Si no, use otro correo u otro usuario.
link-confirm-link = Añadir a la cuenta existente
link-confirm-review = Revisar el perfil
otp-heading = Código de un solo uso
otp-explanation = Lo muestra su aplicación de autenticación o su dispositivo.
otp-device = Dispositivo
otp-device-unnamed = Dispositivo { $number }
otp-other = Probar de otra forma
recovery-heading = Código de recuperación
recovery-explanation = Cada código de su lista vale una vez.

## Register, new password

register-heading = Registro
register-submit = Registrarse
reset-heading = ¿Olvidó la contraseña?
reset-explanation = Diga quién es. Si la cuenta existe y tiene un correo, enviamos allí un enlace para una contraseña nueva.
reset-submit = Enviar
update-password-heading = Cambiar la contraseña
update-password-logout-sessions = Cerrar sesión en otros dispositivos
update-password-submit = Enviar
update-profile-heading = Actualizar los datos de la cuenta
update-profile-submit = Enviar
link-provider-heading = ¿Vincular { $provider }?
link-provider-explanation = Su cuenta de { $provider } se vinculará a su cuenta de aquí, para que pueda iniciar sesión con ella. A continuación la acredita allí.
link-provider-continue = Ir a { $provider }
terms-heading = Términos y condiciones
terms-built-in = Para continuar, acepte las condiciones de uso de este servicio.
terms-accept = Aceptar
terms-decline = Rechazar
enrol-heading = Configurar códigos de un solo uso
enrol-scan = Escanee esta imagen con una aplicación de autenticación, como FreeOTP o Google Authenticator.
enrol-picture = Código QR para la aplicación de autenticación
enrol-manual = ¿No puede escanearla? Escriba esto en la aplicación
enrol-secret = Secreto
enrol-kind = Tipo
enrol-by-clock = por la hora
enrol-by-counter = por un contador
enrol-algorithm = Algoritmo
enrol-digits = Dígitos
enrol-period = Segundos
enrol-counter = Primer contador
enrol-then = Después escriba el código que muestra la aplicación.
enrol-submit = Configurar

## Consent

consent-heading = ¿Permitir «{ $client }»?
consent-as = Ha iniciado sesión como
consent-gives = Podrá
consent-identity = Reconocerle cuando vuelva
consent-gives-not = No verá su contraseña ni podrá cambiar su cuenta.
consent-exact-claims = Ver los datos exactos
consent-policy = Política de privacidad
consent-terms = Condiciones del servicio
consent-allow = Permitir
consent-deny = Denegar
claim-name = Dato
claim-value = Valor

## Sign out

logout-title = Cerrando sesión
logout-heading = ¿Cerrar sesión?
logout-asked-by = { $client } pide cerrar su sesión.
logout-explanation = Esto termina su sesión en este navegador, para todas las aplicaciones.
logout-submit = Cerrar sesión
signed-out-heading = Ha cerrado la sesión
signed-out-explanation = Su sesión en este navegador ha terminado.

## Messages

error-heading = No ha funcionado
error-code = Código de error
error-request = Solicitud
error-time = Hora
error-help = Si vuelve a ocurrir, dé este código a su administrador.
info-heading = Es bueno saberlo
expired-heading = Esta página ha caducado
expired-explanation = Estuvo abierta demasiado tiempo, o ha vuelto atrás hasta ella.
expired-continue = Continuar el inicio de sesión
expired-restart = Empezar de nuevo
already-heading = Ya ha iniciado sesión
already-explanation = Terminó de iniciar sesión en otro lugar, quizá en otra pestaña. Puede cerrar esta página.
form-post-heading = Un momento
form-post-explanation = Está volviendo a la aplicación. Si no ocurre nada, continúe aquí.

## Devices

device-heading = Conectar un dispositivo
device-explanation = Escriba el código que muestra el dispositivo. Siga solo si es suyo y lo ha iniciado usted.
device-submit = Continuar

## Set-up

setup-heading = Instalar Cloakroom
setup-explanation = Cree el primer administrador de este servidor.
setup-code-hint = El servidor lo mostró al arrancar. Demuestra que este servidor es suyo.
setup-account = Su cuenta
setup-submit = Crear el administrador
setup-done-heading = Cloakroom está listo
setup-done-explanation = { $username } es el primer administrador. La página de instalación queda cerrada para siempre.
welcome-heading = Cloakroom está en marcha
welcome-explanation = Aquí se inicia sesión para las aplicaciones conectadas a este servidor.
welcome-account = Su cuenta
welcome-console = Administración
welcome-connect = Conectar una aplicación
welcome-discovery = Los clientes OpenID Connect se configuran solos desde esta dirección:

## Account

account-title = Gestión de la cuenta
account-explanation = Vea dónde ha iniciado sesión y qué aplicaciones ha permitido.
account-sign-out = Cerrar sesión
account-you = Usted
account-name = Nombre
account-change-password = Cambiar la contraseña
account-set-password = Establecer una contraseña
account-sessions = Dónde ha iniciado sesión
account-this-browser = Este navegador
account-started = inicio de sesión
account-last-used = último uso
account-signed-in-to = Sesión en
account-end-session = Cerrar sesión
account-end-session-of = Cerrar sesión en { $device }
account-end-others = Cerrar todas las demás
account-linked = Cuentas en otros sitios
account-linked-as = vinculada como
account-not-linked = sin vincular
account-link = Vincular
account-link-of = Vincular { $provider }
account-unlink = Desvincular
account-unlink-of = Desvincular { $provider }
account-applications = Aplicaciones que ha permitido
account-no-applications = Todavía no ha permitido ninguna aplicación.
account-granted = Permitida
account-revoke = Revocar
account-revoke-of = Revocar el acceso de { $client }

## Notices: signing in

notice-invalid-credentials = Usuario o contraseña no válidos.
notice-invalid-password = Contraseña no válida.
notice-account-disabled = La cuenta está desactivada, hable con su administrador.
notice-too-many-attempts = Demasiados intentos. Espere un momento e inténtelo de nuevo.
notice-sign-in-timed-out = Tardó demasiado en iniciar sesión. Empiece de nuevo.
notice-reauthentication-needed = Inicie sesión de nuevo para continuar.
notice-cookie-not-found = Su navegador no envió nuestra cookie. Permita las cookies de este sitio e inténtelo de nuevo.
notice-action-cancelled = Ha cancelado este paso.
notice-invalid-code = El código no es correcto.
notice-code-used-before = Ese código ya se usó. Espere al siguiente.
notice-invalid-recovery-code = El código de recuperación no es correcto.
notice-set-up-otp = Para iniciar sesión aquí necesita códigos de un solo uso.

## Notices: required actions and registration

notice-update-password = Tiene que cambiar la contraseña para activar su cuenta.
notice-update-profile = Tiene que actualizar sus datos para activar su cuenta.
notice-verify-profile = Faltan datos de su cuenta o hay que corregirlos. Complételos para continuar.
notice-check-fields = Revise los campos siguientes.
notice-field-required = Rellene este campo.
notice-invalid-email = Esto no es una dirección de correo.
notice-username-unavailable = Este usuario no se puede usar. Elija otro.
notice-email-unavailable = Este correo no se puede usar.
notice-invalid-value = Este valor no está permitido.
notice-invalid-username = El usuario tiene caracteres que no están permitidos.
notice-too-long = Máximo de caracteres: { $count }.
notice-too-short = Mínimo de caracteres: { $count }.
notice-passwords-differ = Las contraseñas no son iguales.
notice-password-used-before = Debe ser distinta de las últimas ({ $count }).
notice-password-too-short = Mínimo de caracteres: { $count }.
notice-password-too-long = Máximo de caracteres: { $count }.
notice-password-needs-digits = Mínimo de cifras: { $count }.
notice-password-needs-lower-case = Mínimo de minúsculas: { $count }.
notice-password-needs-upper-case = Mínimo de mayúsculas: { $count }.
notice-password-needs-special = Mínimo de caracteres especiales: { $count }.
notice-password-holds-username = No debe contener su usuario.
notice-password-holds-email = No debe contener su correo.
notice-password-pattern-mismatch = No tiene la forma que se pide aquí.
notice-password-too-common = No debe ser una contraseña que todos prueban primero.

## Notices: what went well

notice-reset-requested = Si esta cuenta existe y tiene un correo, un mensaje con los pasos siguientes está en camino.
notice-password-changed = Su contraseña ha cambiado.
notice-profile-saved = Los datos de su cuenta se han guardado.
notice-session-ended = La sesión ha terminado.
notice-other-sessions-ended = Todas las demás sesiones han terminado.
notice-consent-revoked = La aplicación ya no tiene acceso.
notice-signed-out = Ha cerrado la sesión.

## Notices: set-up

notice-device-connected = El dispositivo está conectado. Puede cerrar esta página y seguir allí.
notice-device-denied = El dispositivo no se ha conectado. Puede cerrar esta página.
notice-device-code-invalid = Este código es incorrecto o ha caducado. Mire lo que muestra el dispositivo.
notice-invalid-setup-code = Este no es el código de instalación.
notice-setup-locked = Demasiados códigos incorrectos. Inténtelo de nuevo en { $count } s.

## Notices: error pages

notice-unexpected = Algo ha fallado por nuestra parte. Inténtelo de nuevo.
notice-overloaded = El servidor tiene demasiado trabajo ahora. Inténtelo de nuevo en un momento.
notice-page-not-found = No hay ninguna página en esta dirección.
notice-realm-not-found = No existe ese reino.
notice-realm-disabled = Este reino está desactivado.
notice-https-required = Se requiere HTTPS
notice-client-not-found = Cliente no encontrado.
notice-client-disabled = Esta aplicación está desactivada.
notice-client-may-not-sign-in = Esta aplicación no puede iniciar la sesión de personas en un navegador.
notice-invalid-redirect-uri = Parámetro no válido: redirect_uri
notice-missing-parameter = Falta el parámetro: { $name }
notice-invalid-parameter = Parámetro no válido: { $name }
notice-duplicate-parameter = Parámetro duplicado: { $name }
notice-invalid-request = La aplicación envió una solicitud que no se entiende.
notice-link-expired = Este enlace ya se ha usado o ha caducado. Empiece de nuevo desde la aplicación.
notice-session-not-active = Su sesión ha terminado. Inicie sesión de nuevo.
notice-signed-in-as-somebody-else = Otra persona tiene la sesión iniciada en este navegador. Ciérrela primero.
notice-registration-off = Registro no permitido
notice-reset-off = Restablecimiento no permitido
notice-flow-step-missing = Este inicio de sesión pide un paso que no está disponible aquí: { $step }. Hable con su administrador.
notice-too-many-sessions = Tiene la sesión iniciada en demasiados lugares. Ciérrela en otro lugar e inténtelo de nuevo.
notice-flow-says = { $text }
notice-not-allowed = No tiene permiso para ver esto.

## Notices: identity providers

notice-provider-not-found = Esta forma de iniciar sesión no existe o está desactivada. Vuelva a la aplicación y elija otra.
notice-provider-unreachable = { $provider } no responde en este momento. Inténtelo en un minuto, o inicie sesión de otra forma.
notice-provider-refused = { $provider } rechazó su inicio de sesión. Empiece de nuevo desde la aplicación; si vuelve a ocurrir, dígaselo a su administrador.
notice-provider-untrusted = La respuesta de { $provider } no era de confianza, así que nadie ha iniciado sesión. Dígaselo a su administrador.
notice-provider-settings = El inicio de sesión con { $provider } no está configurado del todo. Dígaselo a su administrador, o inicie sesión de otra forma.
notice-provider-cancelled = El inicio de sesión con { $provider } se canceló. Inténtelo de nuevo, o inicie sesión de otra forma.
notice-provider-account-exists = Ya hay una cuenta con este correo o usuario. Inicie sesión como antes; la página de la cuenta permite vincular { $provider }.
notice-provider-no-account = Aquí no hay cuenta para la suya de { $provider }. Pida una a su administrador.
notice-provider-linked-elsewhere = Su cuenta de { $provider } está vinculada aquí a la cuenta de otra persona.
notice-provider-prove-account = Inicie sesión aquí en su cuenta una vez, para que { $provider } se pueda vincular.
notice-provider-linked = { $provider } está vinculado a su cuenta.
notice-provider-unlinked = { $provider } ya no está vinculado a su cuenta.
notice-provider-last-way-in = { $provider } es su única forma de iniciar sesión. Ponga antes una contraseña.
notice-password-kept-elsewhere = Su contraseña está en { $provider } y no se puede cambiar aquí.
notice-password-refused-elsewhere = { $provider } no acepta esta contraseña. Elija una que cumpla sus reglas.
notice-kept-elsewhere = Esto está en { $provider } y no se puede cambiar aquí.

## Texts that realms name as ${key}, under the names that Keycloak gave them

profileScopeConsentText = Ver su perfil: nombre, imagen, idioma
emailScopeConsentText = Ver su correo electrónico
addressScopeConsentText = Ver su dirección
phoneScopeConsentText = Ver su número de teléfono
offlineAccessScopeConsentText = Actuar en su nombre mientras no está, hasta que lo revoque
rolesScopeConsentText = Ver sus roles
samlRoleListScopeConsentText = Ver sus roles
organizationScopeConsentText = Ver sus organizaciones
client_account = Cuenta
client_account-console = Consola de la cuenta
client_admin-cli = CLI de administración
client_broker = Intermediario
client_realm-management = Gestión del reino
client_security-admin-console = Consola de administración
