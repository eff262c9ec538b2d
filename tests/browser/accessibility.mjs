// axe-core on every page: both languages, light and dark, phone and desktop. All rules of WCAG 2.2
// A and AA, and axe's best practices; none is left out.

import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { axe } from "./modules.mjs";
import { publicPages } from "./pages.mjs";
import { Report, base } from "./report.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const source = axe();
const report = new Report();
const site = base();
const browser = await start();

/** Runs axe in the page as it is now. */
async function look(page, where) {
  const violations = await page.evaluate(async (tags) => {
    const found = await window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return found.violations.map((v) => ({
      rule: v.id,
      help: v.help,
      nodes: v.nodes.slice(0, 3).map((n) => `${n.target.join(" ")} (${n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ""})`),
      count: v.nodes.length,
    }));
  }, RULES);
  report.check(violations.length === 0, where, violations
    .map((v) => `${v.rule}: ${v.help}; ${v.count} times, as ${v.nodes.join(", ")}`)
    .join(" | "));
}

async function inEveryShape(page, where) {
  for (const [size, { viewport }] of [["phone", PHONE], ["desktop", DESKTOP]]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await look(page, `${where} ${size} ${colorScheme}`);
    }
  }
}

const pages = await publicPages(site);
for (const lang of ["ko", "en"]) {
  await visit(browser, report, lang, { base: site, lang }, async (page) => {
    for (const { name, path, status } of pages) {
      const answer = await page.goto(path);
      report.check(answer.status() === status, name, `answers ${answer.status()}, not ${status}`);
      await page.evaluate(source);
      await inEveryShape(page, `${name} ${lang}`);
    }
  });
}
await browser.close();
report.finish();
