// Results with each key: the page of results, a few lines of it, under the field.
(() => {
  const input = document.getElementById("find");
  if (!input || !window.fetch) return;
  const form = input.form;
  const box = input.closest(".find");
  const panel = document.createElement("div");
  panel.className = "find-live";
  panel.id = "find-live";
  panel.hidden = true;
  box.append(panel);
  const status = document.createElement("p");
  status.className = "hidden";
  status.setAttribute("role", "status");
  box.append(status);

  let shown = "";
  let under_way = null;
  let waiting = 0;

  const close = () => {
    panel.hidden = true;
    clearTimeout(waiting);
    if (under_way) under_way.abort();
  };

  const look = async () => {
    const text = input.value.trim();
    if (!text) {
      shown = "";
      return close();
    }
    if (text === shown && !panel.hidden) return;
    if (under_way) under_way.abort();
    const mine = (under_way = new AbortController());
    const query = new URLSearchParams(new FormData(form));
    query.set("live", "1");
    try {
      const answer = await fetch(`/search?${query}`, { signal: mine.signal });
      if (!answer.ok) return close();
      const html = await answer.text();
      if (mine !== under_way) return;
      shown = text;
      panel.innerHTML = html;
      panel.hidden = false;
      status.textContent = panel.querySelector(".live-count, .live-none")?.textContent ?? "";
    } catch (fault) {
      if (fault.name !== "AbortError") close();
    }
  };

  // An editor of Hangul reports each letter while a syllable is still being put together: that
  // is when results are wanted most.
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 60);
  });
  input.addEventListener("focus", () => {
    if (shown && shown === input.value.trim()) panel.hidden = false;
  });
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) close();
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !panel.hidden) {
      event.preventDefault();
      // Focus opens the panel again, so it comes first.
      input.focus();
      close();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || panel.hidden) return;
    const stops = [input, ...panel.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    stops[(at + step + stops.length) % stops.length].focus();
  });
})();
