// The desk by keyboard, and without loading whole pages: forms are sent and the answer's main part
// takes this one's place. Without it everything here is plain links and forms.
(() => {
  if (!document.querySelector("[data-cms]")) return;
  const root = document.documentElement;
  root.classList.add("scripted");
  let pending = "";
  let busy = false;
  const main = () => document.querySelector("main");
  const items = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.querySelector("[data-item][data-current]");

  const move = (by) => {
    const all = items();
    const to = all[Math.min(Math.max(all.indexOf(current()) + by, 0), all.length - 1)];
    if (!to) return;
    current()?.removeAttribute("data-current");
    to.setAttribute("data-current", "");
    to.querySelector("[data-open]").focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  };

  const show = async (answer) => {
    const type = answer.headers.get("content-type") || "";
    if (!type.startsWith("text/html") || answer.status === 401) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("main");
    if (!next) return location.reload();
    main().replaceWith(document.importNode(next, true));
    document.title = page.title;
    // The colours of other calendars come with their own sheet.
    for (const link of page.querySelectorAll("link[rel=stylesheet]"))
      if (!document.querySelector(`link[href="${link.getAttribute("href")}"]`)) document.head.append(document.importNode(link));
    if (answer.redirected) history.pushState(null, "", answer.url);
    scrollTo(0, 0);
    const say = main().querySelector("[role=alert]") || main().querySelector("h1");
    say.tabIndex = -1;
    say.focus({ preventScroll: true });
  };

  const send = async (form, button) => {
    if (busy) return;
    busy = true;
    const body = new URLSearchParams(new FormData(form, button));
    try {
      await show(await fetch(form.action, { method: "POST", body }));
    } catch {
      form.submit();
    } finally {
      busy = false;
    }
  };

  /** In a list, what nobody ticked is meant for the item that is looked at. */
  const tickCurrent = (form) => {
    if (!form?.matches("[data-list]") || form.querySelector("[name=pick]:checked")) return;
    const box = current()?.querySelector("[name=pick]");
    if (box) box.checked = true;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-quick]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    tickCurrent(form);
    send(form, event.submitter);
  });
  addEventListener("popstate", () => location.reload());

  const own = {
    j: () => move(1),
    k: () => move(-1),
    x: () => current()?.querySelector("[name=pick]")?.click(),
    o: () => current()?.querySelector("[data-open]")?.click(),
    l: () => current()?.querySelector("[data-alike]")?.click(),
    "?": () => {
      const keys = document.querySelector("[data-keys]");
      keys.open = !keys.open;
      if (keys.open) keys.querySelector("summary").focus();
    },
  };

  const press = (key) => {
    const named = (keys) => [...document.querySelectorAll("[data-key]")].filter((one) => one.dataset.key.startsWith(keys));
    const wanted = pending + key;
    const exact = named(wanted).find((one) => one.dataset.key === wanted);
    if (exact) {
      pending = "";
      exact.click();
      return true;
    }
    if (named(wanted).length) {
      pending = wanted;
      document.querySelector("[data-reasons]").open = true;
      return true;
    }
    pending = "";
    if (!own[key] || (key !== "?" && !items().length)) return false;
    own[key]();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest("input:not([type=checkbox],[type=radio]),textarea,select");
    if (event.key === "Escape") {
      pending = "";
      for (const menu of document.querySelectorAll("[data-reasons][open],[data-keys][open]")) menu.open = false;
      if (typing) typing.blur();
      return;
    }
    if (typing || event.key.length !== 1) return;
    if (press(event.key)) event.preventDefault();
  });
})();
