// The story of a visitor: find something, look at its calendar in every way, open an event, and
// subscribe. On a phone and a desktop, in Korean and English, with and without scripts.

import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { MAIN } from "./pages.mjs";
import { Report, base } from "./report.mjs";

const WORDS = {
  ko: { event: "세일", initials: "ㄹㄷ", nothing: "없는말없는말" },
  en: { event: "sale", initials: "ㄹㄷ", nothing: "qqqqzzzz" },
};

const report = new Report();
const site = base();
const browser = await start();

/** Follows a link by clicking what a reader sees of it. */
async function follow(page, where, selector) {
  const link = page.locator(selector).filter({ visible: true }).first();
  if (!report.check((await link.count()) > 0, where, `no visible ${selector}`)) return false;
  await Promise.all([page.waitForURL((url) => url.href !== page.url() || true), link.click()]);
  await page.waitForLoadState("load");
  return true;
}

/** The page answers, is in the wanted language, says what it is and leads to the main part. */
async function sound(page, where, lang, pathname) {
  const url = new URL(page.url());
  report.check(pathname.test(url.pathname), where, `is at ${url.pathname}`);
  report.check((await page.locator("html").getAttribute("lang")) === lang, where, `is not in ${lang}`);
  report.check((await page.locator("h1").first().innerText()).trim() !== "", where, "has no heading");
  report.check((await page.locator("main#main").count()) === 1, where, "has no main part");
}

/** With scripts: results with each key, without leaving the page. */
async function searchLive(page, where, words) {
  const field = page.locator("#find");
  for (const text of [words.initials, words.event]) {
    await field.fill("");
    let typed = "";
    for (const letter of text) {
      typed += letter;
      const answered = page.waitForResponse((answer) => answer.url().includes("live=1"));
      await field.pressSequentially(letter);
      const answer = await answered;
      const asked = new URL(answer.url()).searchParams.get("q");
      report.check(answer.ok() && asked === typed, where, `key ${typed}: asked for ${asked}, ${answer.status()}`);
    }
    await page.locator("#find-live a").first().waitFor();
    report.check((await page.locator("#find-live a[href^='/']").count()) > 0, where, `${text}: no live results`);
  }
  const said = await page.locator(".find [role=status]").textContent();
  report.check(said.trim() !== "", where, "the count of results is not said");
  const answered = page.waitForResponse((answer) => answer.url().includes("live=1"));
  await field.fill(words.nothing);
  await answered;
  await page.locator("#find-live .live-none").waitFor();
}

/** Without scripts and with them: the form leads to a page of results. */
async function searchByForm(page, where, lang, words) {
  for (const text of [words.initials, words.event]) {
    await page.goto("/");
    await page.locator("#find").fill(text);
    await page.locator("#find").press("Enter");
    await page.waitForURL(/\/search/);
    await sound(page, `${where} ${text}`, lang, /^\/search$/);
    const found = page.locator("main a[href^='/events/'], main a[href^='/calendars/']");
    report.check((await found.count()) > 0, `${where} ${text}`, "nothing is found");
  }
  await page.goto(`/search?q=${encodeURIComponent(words.nothing)}`);
  await sound(page, `${where} ${words.nothing}`, lang, /^\/search$/);
}

async function lookAtCalendar(page, where, lang) {
  await page.goto("/");
  await follow(page, `${where} home`, `main a[href="/calendars/${MAIN}"]`);
  await sound(page, `${where} calendar`, lang, /^\/calendars\//);
  report.check((await page.locator("table.month").count()) === 1, `${where} month`, "no month");
  const first = await page.locator("h2").first().innerText();
  await follow(page, `${where} next month`, "a[rel~=next]");
  report.check((await page.locator("h2").first().innerText()) !== first, `${where} next month`, "is the same");
  for (const view of ["week", "list"]) {
    await page.goto(`/calendars/${MAIN}`);
    await follow(page, `${where} ${view}`, `.tabs a[href*="view=${view}"]`);
    await sound(page, `${where} ${view}`, lang, /^\/calendars\//);
    report.check((await page.locator('.tabs a[aria-current="page"]').count()) === 1, `${where} ${view}`, "is not marked");
  }
  const events = () =>
    page.locator("main a[href^='/events/']").evaluateAll((links) => links.map((link) => link.href).join(" "));
  const before = await events();
  await follow(page, `${where} tag`, ".chips a.chip[href*='tags=']");
  const after = await events();
  report.check(after !== "" && after !== before, `${where} tag`, "shows the same events");
  report.check((await page.locator(".chips [aria-current]").count()) > 0, `${where} tag`, "no chip is marked");
}

async function lookAtEvent(page, where, lang) {
  await page.goto(`/calendars/${MAIN}?view=list`);
  await follow(page, `${where} open`, "main a[href^='/events/']");
  await sound(page, `${where} event`, lang, /^\/events\//);
  report.check((await page.locator("a[href*='map']").count()) > 0, `${where} event`, "no way to a map");
  report.check((await page.locator(".history li").count()) > 0, `${where} event`, "no history");
  report.check((await page.locator("a[download]").count()) > 0, `${where} event`, "no file of just this one");
  await follow(page, `${where} to subscribing`, "main a[href$='/subscribe']");
}

async function subscribe(page, where, lang) {
  await sound(page, `${where} sheet`, lang, /\/subscribe$/);
  const apple = await page.locator("a[href^='webcal:']").first().getAttribute("href");
  report.check(/^webcal:\/\/.+\/feeds\/.+\.ics/.test(apple), `${where} sheet`, `webcal link ${apple}`);
  const address = await page.locator("#address").inputValue();
  const { pathname, search } = new URL(address);
  const feed = await page.request.get(`${pathname}${search}`);
  const text = await feed.text();
  report.check(feed.ok() && text.startsWith("BEGIN:VCALENDAR"), `${where} feed`, `${feed.status()}`);
  report.check(text.includes("BEGIN:VEVENT"), `${where} feed`, "is empty");
}

async function switchLanguage(page, where, lang) {
  const other = lang === "ko" ? "en" : "ko";
  await page.goto(`/calendars/${MAIN}?view=list`);
  await follow(page, `${where} switch`, `.langs a[hreflang=${other}]`);
  await sound(page, `${where} switched`, other, /^\/calendars\//);
  report.check(page.url().includes("view=list"), `${where} switched`, `went to ${page.url()}`);
}

for (const lang of ["ko", "en"]) {
  for (const [size, shape] of [["phone", PHONE], ["desktop", DESKTOP]]) {
    for (const javaScriptEnabled of [true, false]) {
      const where = `${size} ${lang} ${javaScriptEnabled ? "with scripts" : "without scripts"}`;
      const options = { base: site, lang, javaScriptEnabled, ...shape };
      await visit(browser, report, where, options, async (page) => {
        await page.goto("/");
        await sound(page, `${where} home`, lang, /^\/$/);
        if (javaScriptEnabled) await searchLive(page, `${where} search`, WORDS[lang]);
        await searchByForm(page, `${where} search`, lang, WORDS[lang]);
        await lookAtCalendar(page, where, lang);
        await lookAtEvent(page, where, lang);
        await subscribe(page, where, lang);
        await switchLanguage(page, where, lang);
      });
    }
  }
}
await browser.close();
report.finish();
