// Says how much of a form has been changed and is not saved yet, and keeps it from being lost by accident.
for (const form of document.querySelectorAll("form[data-sheet]")) {
  const note = form.querySelector("[data-unsaved]");
  if (!note) continue;
  const isChanged = (field) =>
    field.type === "checkbox"
      ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.value !== field.defaultValue;
  const count = () => [...form.elements].filter((field) => field.name && field.type !== "hidden" && isChanged(field)).length;
  let isSent = false;
  form.addEventListener("input", () => {
    const changed = count();
    note.textContent = changed ? `${note.dataset.unsaved}: ${changed}` : "";
  });
  form.addEventListener("submit", () => {
    isSent = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && count() > 0) event.preventDefault();
  });
}
document.getElementById("problems")?.focus();
