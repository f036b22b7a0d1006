// Keeps what is marked as live on a page up to date; without this it is as of when it was loaded.
"use strict";

async function follow() {
  try {
    const answer = await fetch(location.href);
    // To the login: the session has ended.
    if (answer.redirected) return location.reload();
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The server is away for a moment; what is shown stays.
  }
  followWhileLive();
}

function show(fresh) {
  const parts = fresh.querySelectorAll("[data-live]");
  if (parts.length !== document.querySelectorAll("[data-live]").length) return location.reload();
  document.querySelectorAll("[data-live]").forEach((part, place) => {
    // What has not changed keeps the focus and is not read out again.
    if (part.textContent !== parts[place].textContent) part.innerHTML = parts[place].innerHTML;
  });
  const sections = fresh.querySelectorAll("section.morning");
  document.querySelectorAll("section.morning").forEach((section, place) => {
    section.className = sections[place].className;
  });
}

function followWhileLive() {
  const marked = document.querySelector("[data-live-every-s]");
  if (marked) setTimeout(follow, 1000 * marked.dataset.liveEveryS);
}

followWhileLive();
