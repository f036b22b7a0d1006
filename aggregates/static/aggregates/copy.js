// A button copies a text of its page; where the browser forbids that, it selects it to be copied.
"use strict";
document.addEventListener("click", async (event) => {
  const text = document.getElementById(event.target.dataset?.copies);
  if (!text) return;
  getSelection().selectAllChildren(text);
  await navigator.clipboard?.writeText(text.textContent);
  event.target.textContent = navigator.clipboard ? "Copied" : "Press Ctrl+C";
});
