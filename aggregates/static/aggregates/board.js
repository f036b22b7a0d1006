// The arrow keys go from day to day, as in any calendar; without this the tab key does.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  const from = document.activeElement.dataset.day;
  if (!step || !from) return;
  event.preventDefault();
  const day = new Date(from);
  day.setUTCDate(day.getUTCDate() + step);
  document.querySelector(`[data-day="${day.toISOString().slice(0, 10)}"]`)?.focus();
});
