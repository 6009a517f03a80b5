// Moves the bar of a job while it goes on, and shows its report when it is over.
for (const place of document.querySelectorAll("[data-progress]")) {
  const source = new EventSource(place.dataset.progress);
  source.addEventListener("message", (event) => {
    const { handled, words, open } = JSON.parse(event.data);
    place.querySelector("progress").value = handled;
    place.querySelector("[role=status]").textContent = words;
    if (open) return;
    source.close();
    location.reload();
  });
}
