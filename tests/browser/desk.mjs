// The desk, signed in: axe, width and pictures of every page in both languages, sizes and themes; and
// the keys: one item accepted with one key, a burst rejected with two, and everything without scripts.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { axe } from "./modules.mjs";
import { Report, base } from "./report.mjs";

const folder = process.argv[3];
if (folder) mkdirSync(folder, { recursive: true });
const [session, burst, item, clash] = ["SESSION", "BURST", "ITEM", "CLASH"].map((name) => process.env[`ALMANAC_TEST_${name}`]);
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SIZES = [["320", { width: 320, height: 640 }], ["390", { width: 390, height: 844 }], ["1200", { width: 1200, height: 800 }]];
const PAGES = [
  ["desk", "/cms/"],
  ["queue", "/cms/tips"],
  ["queue-alike", `/cms/tips?burst=${burst}&all=1`],
  ["queue-empty", "/cms/tips?state=superseded"],
  ["item", `/cms/tips/${item}`],
  ["item-clash", `/cms/tips/${clash}`],
  ["audit", "/cms/audit"],
  ["health", "/cms/health"],
];

const report = new Report();
const site = base();
const browser = await start(["--hide-scrollbars"]);
const source = axe();

const [name, value] = session.split("=");
const signIn = (page) => page.context().addCookies([{ name, value, url: site }]);

async function look(page, where) {
  const found = await page.evaluate(async (tags) => {
    const { violations } = await window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations.map((v) => `${v.id}: ${v.help}; ${v.nodes.slice(0, 3).map((n) => `${n.target.join(" ")} (${n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ""})`).join(", ")}`);
  }, RULES);
  report.check(found.length === 0, where, found.join(" | "));
}

async function fits(page, where) {
  const wide = await page.evaluate(() => {
    const width = document.scrollingElement.scrollWidth;
    if (width <= innerWidth) return null;
    const right = (element) => element.getBoundingClientRect().right;
    const widest = [...document.body.querySelectorAll("*")].sort((a, b) => right(b) - right(a))[0];
    return `${width} px wide in ${innerWidth}: ${widest.outerHTML.slice(0, 160)}`;
  });
  report.check(wide === null, where, wide);
}

for (const lang of ["ko", "en"]) {
  await visit(browser, report, lang, { base: site, lang }, async (page) => {
    await signIn(page);
    for (const [page_name, path] of PAGES) {
      const answer = await page.goto(path);
      report.check(answer.status() === 200, page_name, `answers ${answer.status()}`);
      await page.evaluate(source);
      for (const [size, viewport] of SIZES) {
        await page.setViewportSize(viewport);
        await fits(page, `${page_name} ${lang} ${size}`);
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          await look(page, `${page_name} ${lang} ${size} ${colorScheme}`);
          if (folder && size !== "320") {
            await page.screenshot({ path: join(folder, `${page_name}-${lang}-${size}-${colorScheme}.png`), fullPage: true });
          }
        }
      }
    }
  });
}

const waiting = async (page) => Number((await page.locator(".cms-sums b").innerText()).match(/\d+/)[0]);

await visit(browser, report, "keys", { base: site, lang: "en", ...DESKTOP }, async (page) => {
  await signIn(page);
  await page.goto("/cms/tips");
  const all = await waiting(page);
  // The sheet of keys.
  await page.keyboard.press("?");
  report.check(await page.locator("#keys[open]").isVisible(), "keys", "? shows no keys");
  await page.keyboard.press("Escape");
  // Down to the burst, ticked, and gone: two keys for sixty.
  const rows = page.locator("[data-item]");
  const place = await rows.evaluateAll((list) => list.findIndex((row) => row.querySelector(".pill-burst")));
  for (let step = 0; step < place; step += 1) await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("s");
  await page.locator(".toast").waitFor();
  report.check((await waiting(page)) === all - 60, "keys", `a burst leaves ${await waiting(page)} of ${all}`);
  await page.keyboard.press("u");
  await page.waitForFunction((all) => document.querySelector(".cms-sums b").textContent.includes(String(all)), all);
  // One item: one key, and the next one is there.
  await page.goto(`/cms/tips/${item}`);
  await page.keyboard.press("a");
  await page.locator(".toast").waitFor();
  const path = () => new URL(page.url()).pathname;
  report.check(path().startsWith("/cms/tips/") && !path().includes(item), "keys", `stays at ${page.url()}`);
  // On to the next one, rejected with a reason: r and a digit.
  const seen = path();
  await page.keyboard.press("j");
  await page.waitForURL((url) => url.pathname !== seen);
  await page.waitForLoadState("load");
  const before = page.url();
  await page.keyboard.press("r");
  await page.keyboard.press("3");
  await page.locator(".toast").waitFor();
  report.check(page.url() !== before, "keys", "a rejection does not go on");
});

await visit(browser, report, "plain", { base: site, lang: "en", ...PHONE, javaScriptEnabled: false }, async (page) => {
  await signIn(page);
  await page.goto("/cms/tips");
  const all = await waiting(page);
  await page.locator("[data-item] [data-open]").first().click();
  await page.locator("button[value=spam]").first().click();
  await page.waitForURL(/done=/);
  await page.locator(".toast button").click();
  await page.waitForURL(/done=undone/);
  await page.goto("/cms/tips");
  report.check((await waiting(page)) === all, "plain", "an undo without scripts does not bring it back");
});
await browser.close();
report.finish();
