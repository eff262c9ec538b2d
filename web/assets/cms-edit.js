// What makes the pages of calendars quicker at the desk. Every form works without it.
(() => {
  "use strict";
  // Fetches what was understood while somebody types; only the last answer counts.
  for (const form of document.querySelectorAll("form[data-live]")) {
    const into = document.getElementById(form.dataset.into);
    if (!into) continue;
    let timer = 0;
    let last = null;
    const refresh = async () => {
      last?.abort();
      last = new AbortController();
      const body = new URLSearchParams(new FormData(form));
      body.set("part", form.dataset.live);
      body.delete("do");
      try {
        const answer = await fetch(form.action, { method: "POST", body, signal: last.signal });
        if (answer.ok) into.innerHTML = await answer.text();
      } catch (error) {
        if (error.name !== "AbortError") into.removeAttribute("aria-busy");
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(refresh, 300);
    });
  }
  // A table from a web page is pasted with its cells, also those that are merged.
  document.querySelector("[data-paste]")?.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html") ?? "";
    if (!/<table/i.test(html)) return;
    event.preventDefault();
    event.target.value = html;
  });
  for (const form of document.querySelectorAll("form[data-bulk]")) {
    const boxes = () => [...form.querySelectorAll("[data-rows] input[type=checkbox]")];
    const count = form.querySelector("[data-count]");
    const all = form.querySelector("[data-all]");
    const tell = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      if (count) count.textContent = ticked ? `(${ticked})` : "";
    };
    form.addEventListener("change", (event) => {
      if (event.target === all) for (const box of boxes()) box.checked = all.checked;
      tell();
    });
    tell();
  }
  const rows = () => [...document.querySelectorAll("[data-rows] > *")];
  if (!rows().length && !document.querySelector("[data-live],[data-paste]")) return;
  let here = -1;
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    all[here]?.removeAttribute("data-here");
    here = Math.min(Math.max(here + step, 0), all.length - 1);
    all[here].setAttribute("data-here", "");
    all[here].querySelector("a.row-title,a.dense-main,a")?.focus();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]),textarea,select");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing?.form) {
      typing.form.requestSubmit();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "x") rows()[here]?.querySelector("input[type=checkbox]")?.click();
    else if (event.key === "/") document.querySelector("[data-find]")?.focus();
    else return;
    event.preventDefault();
  });
})();
