// A calendar's page: a tap on a day leaves only that day in the list below, the month prints at a
// tap, and the reader's own time zone can be chosen by name.
(() => {
  const list = document.querySelector("[data-days]");
  const month = document.querySelector(".month");
  if (list && month) {
    const all = list.querySelector(".all-days");
    const days = [...list.querySelectorAll(".day")];
    const cells = [...month.querySelectorAll("a.cell")];
    let chosen = null;

    const show = (cell) => {
      chosen = cell;
      const id = cell && cell.hash.slice(1);
      for (const day of days) day.hidden = Boolean(cell) && day.id !== id;
      for (const one of cells) {
        if (one === cell) one.setAttribute("aria-current", "true");
        else one.removeAttribute("aria-current");
      }
      all.hidden = !cell;
    };

    for (const cell of cells) {
      cell.addEventListener("click", (event) => {
        event.preventDefault();
        show(cell === chosen ? null : cell);
        if (!chosen) return;
        const day = document.getElementById(cell.hash.slice(1));
        day.tabIndex = -1;
        day.focus({ preventScroll: true });
        list.scrollIntoView({ block: "nearest" });
      });
    }
    all.querySelector("button").addEventListener("click", () => {
      const back = chosen;
      show(null);
      if (back) back.focus();
    });
    const linked = cells.find((cell) => cell.hash === location.hash);
    if (linked) show(linked);
  }

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const zones = document.querySelector("select[data-mine]");
  const mine = zones && Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (mine) {
    const listed = [...zones.options].find((option) => option.value === mine);
    const city = listed ? listed.text : mine.split("/").pop().replaceAll("_", " ");
    const own = listed || new Option(city, mine);
    if (zones.dataset.own !== mine) {
      own.text = zones.dataset.mine.replace("{zone}", city);
      zones.options[0].after(own);
    }
  }
})();
