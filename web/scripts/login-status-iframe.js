// The session iframe: tells a client's page whether its session is still the one of this browser.
//
// The page posts "{client_id} {session_state}"; the answer is "unchanged", "changed" or "error"
// (OpenID Connect Session Management 1.0, 3.2). The cookie KEYCLOAK_SESSION holds
// "{realm_name}/{user_id}/{session_state}" and is readable here for this comparison alone.

/** Which pairs of client and origin the server knows; a refusal is not asked for twice. */
const known = new Map();

/** Asks the server whether this origin may ask about this client. */
function isAllowed(clientId, origin) {
  const key = `${origin} ${clientId}`;
  if (!known.has(key)) {
    const query = new URLSearchParams({ client_id: clientId, origin });
    const answer = fetch(`${location.pathname}/init?${query}`, { credentials: "same-origin" }).then(
      (response) => {
        if (response.status !== 204 && response.status !== 403) {
          throw new Error(`unexpected status ${response.status}`);
        }
        return response.status === 204;
      },
    );
    // A failed connection says nothing about the client: the next message asks again.
    answer.catch(() => known.delete(key));
    known.set(key, answer);
  }
  return known.get(key);
}

/** Returns the session of this browser, or nothing where nobody is signed in. */
function currentSession() {
  for (const cookie of document.cookie.split("; ")) {
    const [name, ...rest] = cookie.split("=");
    if (name === "KEYCLOAK_SESSION") {
      const value = rest.join("=").replace(/^"|"$/g, "");
      return value.split("/")[2] ?? "";
    }
  }
  return "";
}

async function statusOf(message, origin) {
  if (typeof message !== "string") {
    return "error";
  }
  const space = message.lastIndexOf(" ");
  if (space < 1) {
    return "error";
  }
  const clientId = message.slice(0, space);
  const sessionState = message.slice(space + 1);
  try {
    if (!(await isAllowed(clientId, origin))) {
      return "error";
    }
  } catch {
    return "error";
  }
  return currentSession() === sessionState ? "unchanged" : "changed";
}

window.addEventListener("message", async (event) => {
  // Only the page that holds this frame has anything to ask, and opaque origins cannot be answered.
  if (event.source !== window.parent || window.parent === window || event.origin === "null") {
    return;
  }
  const status = await statusOf(event.data, event.origin);
  event.source.postMessage(status, event.origin);
});
