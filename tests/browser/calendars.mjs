// The pages in which editors keep calendars, signed in: axe, nothing to scroll sideways, pictures.
// usage: ALMANAC_TEST_SESSION=name=value node calendars.mjs BASE FOLDER

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { start, visit } from "./browser.mjs";
import { axe } from "./modules.mjs";
import { Report, base } from "./report.mjs";

const folder = process.argv[3];
mkdirSync(folder, { recursive: true });
const SIZES = [["360", { width: 360, height: 740 }], ["390", { width: 390, height: 844 }], ["1200", { width: 1200, height: 900 }]];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LINES = "4/5 18:30 하늘 vs 바다 @구름구장 #홈\nevery 2nd and 4th Sunday 휴무 until 2027-06\n13/45 틀린 줄";
const TABLE = "날짜\t시간\t홈\t원정\t구장\n2027-04-01\t18:30\t하늘\t바다\t구름구장\n2027-04-31\t18:30\t하늘\t강\t구름구장\n";

const source = axe();
const report = new Report();
const site = base();
const browser = await start(["--hide-scrollbars"]);

async function look(page, where, name) {
  await page.evaluate(source);
  for (const [size, viewport] of SIZES) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const found = await page.evaluate(async (tags) => {
        const all = await window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
        return all.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(", ")}`);
      }, RULES);
      report.check(found.length === 0, `${where} ${size} ${colorScheme}`, found.join(" | "));
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    }
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    report.check(wide <= 0, `${where} ${size}`, `${wide} px too wide`);
  }
}

const [name, value] = process.env.ALMANAC_TEST_SESSION.split("=");
const cookies = [{ name, value, url: site }];
for (const lang of ["ko", "en"]) {
  await visit(browser, report, lang, { base: site, lang }, async (page) => {
    await page.context().addCookies(cookies);
    await page.goto("/cms/calendars");
    const first = await page.locator("[data-rows] a.dense-main").first().getAttribute("href");
    const calendar = first.replace(/\/events$/, "");
    await page.goto(`${calendar}/events?view=all`);
    const event = await page.locator("[data-rows] a.row-title").first().getAttribute("href");
    for (const [what, path] of [
      ["calendars", "/cms/calendars"], ["new", "/cms/calendars/new"], ["calendar", calendar],
      ["events", `${calendar}/events?view=all`], ["event-new", `${calendar}/events/new`], ["event", event],
      ["history", `${event}/history`], ["rename", `${calendar}/rename`], ["merge", `${calendar}/merge?into=f1-2026`],
      ["entry", `${calendar}/entry`], ["table", `${calendar}/table`], ["drafts", "/cms/drafts"],
    ]) {
      const answer = await page.goto(path);
      report.check(answer.status() === 200, what, `answers ${answer.status()}`);
      await look(page, `${what} ${lang}`, `${what}-${lang}`);
    }
    await page.goto(`${calendar}/entry`);
    await page.fill("#lines", LINES);
    await page.waitForSelector("#understood .line");
    report.check((await page.locator("#understood .fault").count()) === 1, `typing ${lang}`, "no fault is shown");
    await look(page, `typed ${lang}`, `typed-${lang}`);
    await page.goto(`${calendar}/table`);
    await page.fill("#table", TABLE);
    await page.click("button[value=look]");
    await look(page, `grid ${lang}`, `grid-${lang}`);
    await page.click("button[value=draft]");
    await look(page, `drafted ${lang}`, `drafted-${lang}`);
    await page.goto(`${calendar}/events/new`);
    await page.click("button[value=publish]");
    await look(page, `faults ${lang}`, `faults-${lang}`);
  });
}
await browser.close();
report.finish();
