// Keys of every page of the console, and the buttons that copy a text.
const body = document.body;
const singleKeys = body.dataset.keys !== "off";
const letters = new Map(
  (body.dataset.letters ?? "")
    .split(" ")
    .filter(Boolean)
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
);
let goes = 0;

/** The reader is typing, so a letter is a letter. */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}

function rows() {
  return [...document.querySelectorAll("tbody tr")];
}

/** Moves the marked row of the first table. */
function step(by) {
  const all = rows();
  const at = all.findIndex((row) => row.classList.contains("at"));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  all[at]?.classList.remove("at");
  next?.classList.add("at");
  next?.querySelector("th a, td a, input")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!singleKeys || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const recently = event.timeStamp - goes < 1500;
  if (recently && letters.has(event.key)) {
    event.preventDefault();
    location.assign(letters.get(event.key));
    return;
  }
  goes = event.key === "g" ? event.timeStamp : 0;
  if (event.key === "/") {
    event.preventDefault();
    (document.querySelector("[data-search]") ?? document.getElementById("jump"))?.focus();
  } else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "x") document.querySelector("tbody tr.at input[type=checkbox]")?.click();
});

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    // Beside a value the button names none: it is the one before it.
    const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : button.previousElementSibling;
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = button.dataset.done;
  });
}
