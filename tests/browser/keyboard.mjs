// Without a mouse: the first stop skips to the main part, every stop shows where it is, what matters
// is reached, and Escape closes what floats.

import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { MAIN } from "./pages.mjs";
import { Report, base } from "./report.mjs";

/** More stops than any of these pages should need before its main action. */
const PATIENCE = 60;

const report = new Report();
const site = base();
const browser = await start();

/** What has the focus: where it is, and whether a reader can see that it has. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return {
      html: element.outerHTML.replace(/\s+/g, " ").slice(0, 90),
      href: element.getAttribute("href") ?? "",
      id: element.id,
      inside: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0,
      visible: outlined || style.boxShadow !== "none",
    };
  });

async function skipLink(page, where) {
  await page.keyboard.press("Tab");
  const first = await focused(page);
  report.check(first?.href === "#main" && first.inside, where, `the first stop is ${first?.html}`);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const inMain = await page.evaluate(() => document.querySelector("main").contains(document.activeElement));
  report.check(inMain, where, "the skip link does not lead into the main part");
}

/** Tabs through the page until `wanted` has the focus. */
async function reach(page, where, wanted) {
  const seen = [];
  for (let stop = 0; stop < PATIENCE; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (!at) break;
    seen.push(at.html);
    report.check(at.inside, where, `out of sight: ${at.html}`);
    report.check(at.visible, where, `does not show that it has the focus: ${at.html}`);
    if (wanted.test(at.href) || wanted.test(at.id)) return true;
  }
  report.fault(where, `${wanted} is not reached in ${PATIENCE} stops; last ${seen.at(-1)}`);
  return false;
}

async function liveResults(page, where) {
  await page.goto("/");
  await page.locator("#find").focus();
  await page.keyboard.type("세일");
  const panel = page.locator("#find-live");
  await panel.locator("a").first().waitFor();
  await page.keyboard.press("ArrowDown");
  const at = await focused(page);
  report.check(/^\/(events|calendars)\//.test(at?.href ?? ""), where, `the arrow leads to ${at?.html}`);
  report.check(at?.visible, where, "a result does not show that it has the focus");
  await page.keyboard.press("Escape");
  report.check(await panel.isHidden(), where, "Escape does not close the results");
  report.check((await focused(page))?.id === "find", where, "Escape does not lead back to the field");
  report.check((await page.locator("#find").inputValue()) === "세일", where, "Escape forgets what was typed");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/search\?/);
}

for (const [size, shape] of [["phone", PHONE], ["desktop", DESKTOP]]) {
  const options = { base: site, ...shape };
  for (const [name, path, wanted] of [
    ["home", "/", /^\/calendars\//],
    ["calendar", `/calendars/${MAIN}`, /subscribe/],
    ["subscribe", `/calendars/${MAIN}/subscribe`, /^webcal:/],
    ["search", `/search?q=${encodeURIComponent("세일")}`, /^\/(events|calendars)\//],
    ["about", "/about", /^\/api\/docs/],
    ["not found", "/no-such-page", /^\/$/],
  ]) {
    await visit(browser, report, `${name} ${size}`, options, async (page) => {
      await page.goto(path);
      await skipLink(page, `${name} ${size}`);
      await page.goto(path);
      await reach(page, `${name} ${size}`, wanted);
    });
  }
  await visit(browser, report, `live ${size}`, options, (page) => liveResults(page, `live ${size}`));
}
await browser.close();
report.finish();
