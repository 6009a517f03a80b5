// Sets a cookie inside the frame of another site, then goes on to see whether it came back.
// Browsers take `Secure` over https and on localhost only; the plain cookie covers the rest.
document.cookie = "CLOAKROOM_FRAME_COOKIE=1; SameSite=None; Secure; Max-Age=60";
document.cookie = "CLOAKROOM_FRAME_COOKIE_PLAIN=1; Max-Age=60";
location.replace("step2.html");
