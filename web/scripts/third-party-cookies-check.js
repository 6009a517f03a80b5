// Tells the framing page whether cookies work inside its frame.
// The answer is no secret, and this page cannot know its parent's origin: hence "*".
const hasCookie = document.cookie.includes("CLOAKROOM_FRAME_COOKIE");
document.cookie = "CLOAKROOM_FRAME_COOKIE=; SameSite=None; Secure; Max-Age=0";
document.cookie = "CLOAKROOM_FRAME_COOKIE_PLAIN=; Max-Age=0";
if (window.parent !== window) {
  window.parent.postMessage(hasCookie ? "supported" : "unsupported", "*");
}
