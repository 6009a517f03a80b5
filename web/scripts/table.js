// Choosing rows of a table: the box for all, and how many are chosen.
for (const form of document.querySelectorAll("form[data-bulk]")) {
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const count = form.querySelector("[data-chosen]");
  const usual = count.textContent;
  all.hidden = false;
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? `${chosen} ${count.dataset.chosen}` : usual;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
}
