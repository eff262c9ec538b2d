// What every page keeps: nothing to scroll sideways, nothing that moves while it loads, headings in
// order, and few bytes of style and script.

import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { publicPages } from "./pages.mjs";
import { Report, base } from "./report.mjs";

const NARROW = { width: 320, height: 640 };
/** Most compressed bytes per page. */
const BUDGET = { script: 60_000, stylesheet: 30_000 };
/** How long a page may still move by itself after it has loaded. */
const SETTLES_MS = 150;

const report = new Report();
const site = base();
const browser = await start();

/** Runs before the page's own scripts: adds up what moves that nobody asked to move. */
function addUpShifts() {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) window.shifted += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Adds up the bytes of each kind as they come over the wire. */
function weigh(page) {
  const sums = { script: 0, stylesheet: 0 };
  const pending = [];
  page.on("requestfinished", (request) => {
    const kind = request.resourceType();
    if (kind in sums) {
      pending.push(request.sizes().then((sizes) => { sums[kind] += sizes.responseBodySize; }));
    }
  });
  return async () => {
    await Promise.all(pending);
    return sums;
  };
}

/** The element that reaches furthest to the right, where the page is wider than the window. */
const tooWide = (page) =>
  page.evaluate(() => {
    const width = document.scrollingElement.scrollWidth;
    if (width <= innerWidth) return null;
    const right = (element) => element.getBoundingClientRect().right;
    const widest = [...document.body.querySelectorAll("*")].sort((a, b) => right(b) - right(a))[0];
    return `${width} px wide in ${innerWidth}: ${widest.outerHTML.slice(0, 120)}`;
  });

/** Levels of the headings that skip one, and the count of h1. */
const headings = (page) =>
  page.evaluate(() => {
    const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((h) => Number(h.tagName[1]));
    const skipped = levels.some((level, at) => level > (levels[at - 1] ?? 0) + 1);
    return { ones: levels.filter((level) => level === 1).length, skipped, levels };
  });

async function holds(page, name, where) {
  for (const [size, viewport] of [["320", NARROW], ["360", PHONE.viewport], ["1280", DESKTOP.viewport]]) {
    await page.setViewportSize(viewport);
    const wide = await tooWide(page);
    report.check(wide === null, `${where} ${size}`, wide);
  }
  const { ones, skipped, levels } = await headings(page);
  report.check(ones === 1 && !skipped, where, `headings ${levels.join(" ")}`);
}

const pages = await publicPages(site);
for (const lang of ["ko", "en"]) {
  for (const { name, path } of pages) {
    const where = `${name} ${lang}`;
    await visit(browser, report, where, { base: site, lang, ...PHONE }, async (page) => {
      const weight = weigh(page);
      await page.addInitScript(addUpShifts);
      await page.goto(path, { waitUntil: "load" });
      await page.waitForTimeout(SETTLES_MS);
      const shifted = await page.evaluate(() => window.shifted);
      report.check(shifted === 0, where, `moves by ${shifted} while it loads`);
      const bytes = await weight();
      for (const [kind, most] of Object.entries(BUDGET)) {
        report.check(bytes[kind] < most, where, `${bytes[kind]} bytes of ${kind}, the budget is ${most}`);
      }
      report.note(where, bytes);
      await holds(page, name, where);
    });
  }
}
await browser.close();
report.finish();
