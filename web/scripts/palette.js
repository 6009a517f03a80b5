// Ctrl K: what the server finds while one types, in a dialog. Without a script, the field leads to the same as a page.
const field = document.getElementById("jump");
const dialog = document.createElement("dialog");
dialog.className = "palette";
dialog.setAttribute("aria-label", field.labels[0].textContent);
const input = document.createElement("input");
input.className = "input";
input.type = "search";
input.setAttribute("aria-label", field.labels[0].textContent);
const list = document.createElement("ul");
dialog.append(input, list);
document.body.append(dialog);
let asked = 0;
let answered = Promise.resolve();

async function ask() {
  const mine = ++asked;
  const answer = await fetch(`${field.dataset.url}?as=json&q=${encodeURIComponent(input.value)}`).catch(() => null);
  const found = answer?.ok ? await answer.json() : [];
  if (mine !== asked) return;
  list.replaceChildren(
    ...found.map(({ text, note, url }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const words = document.createElement("span");
      const kind = document.createElement("span");
      words.textContent = text;
      kind.textContent = note;
      kind.className = "muted";
      link.href = url;
      link.append(words, kind);
      item.append(link);
      return item;
    }),
  );
}

function look() {
  answered = ask();
}

function open() {
  dialog.showModal();
  input.select();
  look();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
  }
});
input.addEventListener("input", look);
dialog.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (links[at - 1] ?? input).focus();
  // What is shown may be of fewer letters than what was typed.
  else if (event.key === "Enter" && at < 0) answered.then(() => list.querySelector("a")?.click());
  else return;
  event.preventDefault();
});
