// Keeps the line that says who else has the case open up to date. Rests while the window is hidden or nobody is at it,
// so that it keeps no session alive.
(() => {
  "use strict";
  const box = document.querySelector("[data-presence]");
  if (!box) return;
  const EVERY = 30_000, AWAY = 180_000;
  let active = Date.now();
  for (const kind of ["keydown", "pointermove", "scroll"]) addEventListener(kind, () => { active = Date.now(); }, { passive: true });
  const look = async () => {
    if (document.hidden || Date.now() - active > AWAY) return;
    try {
      const answer = await fetch(box.dataset.presence);
      if (!answer.ok || answer.redirected) return;
      const text = await answer.text();
      if (text.trim() !== box.innerHTML.trim()) box.innerHTML = text;
    } catch { /* the next time */ }
  };
  setInterval(look, EVERY);
})();
