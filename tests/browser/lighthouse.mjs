// Lighthouse with its mobile profile: the median of several runs for each page.
// usage: node lighthouse.mjs BASE FOLDER RUNS CATEGORY...

import { Console } from "node:console";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { start } from "./browser.mjs";
import { lighthouse } from "./modules.mjs";
import { publicPages } from "./pages.mjs";
import { Report, base } from "./report.mjs";

const PAGES = ["home", "calendar-month", "event-zoned", "search-found"];
/** Least score out of 100. */
const LEAST = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };

const [folder, runs, ...categories] = process.argv.slice(3);
mkdirSync(folder, { recursive: true });
const report = new Report();
const site = base();

const freePort = () =>
  new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

const score = (result, category) => Math.round(result.categories[category].score * 100);

/** The audits that cost the category points, with what they found. */
function lost(result, category) {
  const bad = result.categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && (result.audits[id].score ?? 1) < 1)
    .map(({ id }) => `${id} (${result.audits[id].displayValue ?? result.audits[id].title})`);
  return bad.join(", ");
}

function median(results) {
  const by = categories.includes("performance") ? "performance" : categories[0];
  const sorted = [...results].sort((a, b) => a.categories[by].score - b.categories[by].score);
  return sorted[Math.floor(sorted.length / 2)];
}

const port = await freePort();
const browser = await start([`--remote-debugging-port=${port}`]);
const run = await lighthouse();
const pages = (await publicPages(site)).filter(({ name }) => PAGES.includes(name));
for (const { name, path } of pages) {
  const results = [];
  for (let n = 0; n < Number(runs); n += 1) {
    const done = await run(`${site}${path}`, { port, output: "json", logLevel: "error", onlyCategories: categories });
    results.push(done.lhr);
  }
  const result = median(results);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(result, null, 1));
  const row = {};
  for (const category of categories) {
    row[category] = score(result, category);
    report.check(row[category] >= LEAST[category], `${name} ${category} ${row[category]}`, lost(result, category));
  }
  if (categories.includes("performance")) {
    row.shift = result.audits["cumulative-layout-shift"].numericValue;
    row.paint = Math.round(result.audits["largest-contentful-paint"].numericValue);
    report.check(row.shift === 0, name, `layout shift ${row.shift}`);
  }
  report.note(name, row);
}
report.check(pages.length === PAGES.length, "pages", `only ${pages.map((p) => p.name)} are there`);
await browser.close();
new Console(process.stderr).table(report.notes);
report.finish();
