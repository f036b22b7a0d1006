// The arrow keys go from day to day, as in any calendar; without this the tab key does.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  const days = [...document.querySelectorAll(".board td a")];
  const place = days.indexOf(document.activeElement);
  if (!step || place < 0) return;
  event.preventDefault();
  days[place + step]?.focus();
});
