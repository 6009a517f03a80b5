// Asks the browser for a security key or a passkey, and sends what it says with the page's form.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const list = (value) => (value ?? "").split(",").filter((one) => one !== "");
const keys = (ids, transports) =>
  ids.map((id, at) => ({ type: "public-key", id: bytes(id), transports: list(transports[at]).length ? list(transports[at]) : undefined }));

const place = document.querySelector("[data-webauthn]");
const said = place.dataset;
const form = document.getElementById(said.webauthn === "create" ? "register" : "webauth");
const button = document.getElementById(said.webauthn === "create" ? "registerWebAuthn" : "authenticateWebAuthnButton");

const send = (fields) => {
  for (const [name, value] of Object.entries(fields)) {
    form.elements.namedItem(name).value = value;
  }
  HTMLFormElement.prototype.submit.call(form);
};
const fail = (reason) => {
  if (reason?.name !== "AbortError") {
    send({ error: `${reason?.name ?? "Error"}: ${reason?.message ?? reason}`.slice(0, 200) });
  }
};
const common = () => ({
  challenge: bytes(said.challenge),
  timeout: Number(said.timeout) > 0 ? Number(said.timeout) * 1000 : undefined,
});

const get = async (more) => {
  const inputs = [...document.querySelectorAll("#authn_select input[name=authn_use_chk]")];
  const publicKey = {
    ...common(),
    rpId: said.rpId,
    userVerification: said.userVerification || undefined,
    allowCredentials: keys(inputs.map((input) => input.value), inputs.map((input) => input.dataset.transports)),
  };
  const { id, response } = await navigator.credentials.get({ publicKey, ...more });
  send({
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    credentialId: id,
    userHandle: response.userHandle ? text(response.userHandle) : "",
  });
};

const create = async () => {
  const publicKey = {
    ...common(),
    rp: { id: said.rpId, name: said.rpName },
    user: { id: bytes(said.userId), name: said.username, displayName: said.username },
    pubKeyCredParams: list(said.algorithms).map((alg) => ({ type: "public-key", alg: Number(alg) })),
    attestation: said.attestation || undefined,
    excludeCredentials: keys(list(said.exclude), []),
    authenticatorSelection: {
      authenticatorAttachment: said.attachment || undefined,
      residentKey: said.residentKey || undefined,
      requireResidentKey: said.residentKey === "required",
      userVerification: said.userVerification || undefined,
    },
  };
  const made = await navigator.credentials.create({ publicKey });
  send({
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    publicKeyCredentialId: made.id,
    authenticatorAttachment: made.authenticatorAttachment ?? "",
    transports: (made.response.getTransports?.() ?? []).join(","),
  });
};

// Names that the browser offers in the field go on beside the button, and stop when it is pressed.
let offer = null;
const begin = (event) => {
  event.preventDefault();
  offer?.abort();
  if (!window.PublicKeyCredential) {
    fail({ name: "NotSupportedError", message: "no WebAuthn" });
    return;
  }
  (said.webauthn === "create" ? create() : get()).catch(fail);
};
button.hidden = false;
(said.webauthn === "create" ? form : button).addEventListener(said.webauthn === "create" ? "submit" : "click", begin);

if (said.webauthn === "conditional" && (await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) {
  offer = new AbortController();
  get({ mediation: "conditional", signal: offer.signal }).catch(() => {});
}
