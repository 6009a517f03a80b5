// Lets people see the password they type, and says when the caps lock is on.
for (const button of document.querySelectorAll("button[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const label = document.querySelector(`label[for="${CSS.escape(input.id)}"]`);
  const show = (isShown) => {
    input.type = isShown ? "text" : "password";
    button.textContent = isShown ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-label", `${button.textContent}: ${label.textContent.trim()}`);
  };
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  // A password shown must not be sent as text: browsers would offer it as a suggestion later.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  button.hidden = false;
}

const hint = document.querySelector("[data-caps-lock]");
if (hint) {
  const input = document.getElementById("password");
  const update = (event) => {
    const isOn = event.getModifierState?.("CapsLock") ?? false;
    hint.textContent = isOn ? hint.dataset.capsLock : "";
  };
  input.addEventListener("keydown", update);
  input.addEventListener("keyup", update);
}
