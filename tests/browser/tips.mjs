// The story of a reader who tells that a match has moved: from the event's page, with a photo of
// the notice, without an account. On a phone and a desktop, in Korean and English, with and without
// scripts; with them the browser does the work that the form asks for.

import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { MAIN } from "./pages.mjs";
import { Report, base } from "./report.mjs";

const report = new Report();
const site = base();
const browser = await start();

/** The smallest of pictures. */
const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

async function fill(page, where, withScripts) {
  const form = page.locator("form.tip-form");
  await form.locator("details:has(#place) > summary").click();
  await form.locator("#place").fill(`다람못 ${where}`);
  await form.locator("#image").setInputFiles({ name: "notice.png", mimeType: "image/png", buffer: PHOTO });
  await form.locator("#evidence").fill("no address");
  if (withScripts) {
    // The browser would stop at the address by itself; what the server says is looked at here.
    await form.evaluate((element) => element.setAttribute("novalidate", ""));
  }
}

async function send(page) {
  await Promise.all([page.waitForNavigation(), page.locator("form.tip-form [type=submit]").click()]);
}

async function story(page, where, withScripts) {
  await page.goto(`/calendars/${MAIN}?view=list`);
  const event = await page.locator("main a[href^='/events/']").first().getAttribute("href");
  await page.goto(event);
  await page.locator("a[href^='/tips/new?event=']").click();
  await page.waitForURL(/\/tips\/new\?event=/);
  await fill(page, where, withScripts);
  if (withScripts) {
    await send(page);
    report.check((await page.locator("#evidence-fault").count()) === 1, where, "no fault beside the address");
    report.check((await page.locator("#place").inputValue()) === `다람못 ${where}`, where, "what was typed is gone");
    report.check((await page.locator("[name=kept]").inputValue()) !== "", where, "the photo is gone");
  }
  await page.locator("#evidence").fill("https://club.example/notice");
  if (withScripts) {
    await page.waitForFunction(() => document.querySelector("[name=solution]").value !== "");
  }
  await send(page);
  report.check(/\/tips\/[0-9A-Za-z]{22}$/.test(new URL(page.url()).pathname), where, `is at ${page.url()}`);
  report.check((await page.locator(".state-wait").count()) === 1, where, "does not say that it waits");
  report.check((await page.locator(".diff ins").innerText()).includes("다람못"), where, "does not show what was told");
  await page.locator("a[href$='/amend']").click();
  await page.waitForURL(/\/amend$/);
  report.check((await page.locator("#place").inputValue()) === `다람못 ${where}`, where, "the amendment begins anew");
  await page.goBack();
  await Promise.all([page.waitForNavigation(), page.locator("form[action$='/withdraw'] button").click()]);
  report.check((await page.locator(".state-no").count()) === 1, where, "is not taken back");
}

for (const lang of ["ko", "en"]) {
  for (const [size, shape] of [["phone", PHONE], ["desktop", DESKTOP]]) {
    for (const javaScriptEnabled of [true, false]) {
      const where = `${size} ${lang} ${javaScriptEnabled ? "with scripts" : "without scripts"}`;
      const options = { base: site, lang, javaScriptEnabled, ...shape };
      await visit(browser, report, where, options, (page) => story(page, where, javaScriptEnabled));
    }
  }
}
await browser.close();
report.finish();
