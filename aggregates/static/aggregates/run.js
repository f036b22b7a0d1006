// Shows how a run goes on; without this its page is as of when it was loaded.
"use strict";
const PAUSE_MS = 1000;

async function follow() {
  try {
    const answer = await fetch(location.href);
    // To the login: the session has ended.
    if (answer.redirected) return location.reload();
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The server is away for a moment; what is shown stays.
  }
  followWhileActive();
}

function show(fresh) {
  const parts = fresh.querySelectorAll("[data-live]");
  document.querySelectorAll("[data-live]").forEach((part, place) => {
    // What has not changed keeps the focus and is not read out again.
    if (part.textContent !== parts[place].textContent) part.innerHTML = parts[place].innerHTML;
  });
}

function followWhileActive() {
  if (document.querySelector("[data-active]")) setTimeout(follow, PAUSE_MS);
}

followWhileActive();
