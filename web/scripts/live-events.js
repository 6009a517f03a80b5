// Events as they happen, at the top of their list. It waits while nobody looks, and shows no more than 200 rows.
const MOST = 200;
const place = document.querySelector("[data-live]");
const button = place.querySelector("button");
const state = place.querySelector("[role=status]");
let source = null;
let last = "";
const shown = new Set();

function cell(tag, child) {
  const made = document.createElement(tag);
  made.append(child);
  return made;
}

function named(tag, name, value, text) {
  const made = document.createElement(tag);
  if (value) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

function lines(texts) {
  const made = named("ul", "class", "lines", "");
  made.append(...texts.map((text) => cell("li", text)));
  return made;
}

function show(event) {
  // What came in the same moment as the last one is told again after a pause.
  if (shown.has(event.lastEventId)) return;
  shown.add(event.lastEventId);
  last = event.lastEventId;
  const one = JSON.parse(event.data);
  const body = document.querySelector("tbody");
  // An empty list has no table yet; the page that comes has one with this event in it.
  if (!body) return location.reload();
  const when = new Date(one.time);
  const row = document.createElement("tr");
  row.className = "fresh";
  row.append(
    cell("th", named("time", "datetime", when.toISOString(), when.toLocaleString(document.documentElement.lang))),
    cell("td", named("span", "class", `pill ${one.class}`, one.type)),
    cell("td", one.url ? named("a", "href", one.url, one.user) : one.user),
    cell("td", one.client),
    cell("td", named("code", "", "", one.address)),
    cell("td", lines(one.details)),
  );
  row.firstChild.scope = "row";
  body.prepend(row);
  while (body.rows.length > MOST) body.lastElementChild.remove();
}

function turn(on) {
  button.setAttribute("aria-pressed", String(on));
  state.textContent = on ? state.dataset.on : state.dataset.off;
  source?.close();
  source = null;
  if (on && !document.hidden) {
    source = new EventSource(last ? `${place.dataset.live}&since=${last}` : place.dataset.live);
    source.addEventListener("message", show);
    // Closed for good: the session is over, or the right is gone.
    source.addEventListener("error", () => source?.readyState === EventSource.CLOSED && turn(false));
  }
}

place.hidden = false;
button.addEventListener("click", () => turn(button.getAttribute("aria-pressed") !== "true"));
document.addEventListener("visibilitychange", () => turn(button.getAttribute("aria-pressed") === "true"));
