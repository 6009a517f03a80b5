// Shows how pages would look while the form beside is filled in. The server makes the style, so both say the same.
const preview = document.querySelector("[data-preview]");
const form = document.querySelector("form[data-sheet]");
const link = preview?.querySelector("link");
let wait;

form?.addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(() => {
    const query = new URLSearchParams();
    for (const name of ["accent", "accentDark", "radius", "font"]) {
      query.set(name, form.elements[`f-attributes-brand-${name}`].value);
    }
    link.href = `${preview.dataset.preview}?${query}`;
  }, 150);
});
