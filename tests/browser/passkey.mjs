// Somebody adds a passkey, signs out, and signs in with it: in Chromium, with an authenticator that
// the browser itself plays. Arguments: the address of the server, an email address, a password.

import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { Report, base } from "./report.mjs";

const report = new Report();
const site = base();
const [email, password] = process.argv.slice(3);
const browser = await start();

const AUTHENTICATOR = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};

async function signIn(page) {
  await page.goto("/sign-in?next=/account");
  await page.locator("#email").fill(email);
  await page.locator("#password").fill(password);
  await page.locator("main button[type=submit]").first().click();
}

const fits = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

async function at(page, where, path) {
  const there = new URL(page.url()).pathname;
  report.check(there === path, where, `is at ${there}, not at ${path}`);
  report.check(await fits(page), where, `${path} scrolls sideways`);
}

async function story(page, where) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options: AUTHENTICATOR });
  await signIn(page);
  await page.waitForURL("**/account");
  await at(page, where, "/account");
  await page.locator("form[action='/account/passkeys/ask'] button").click();
  await at(page, where, "/account/passkeys/ask");
  await page.locator("#label").fill("Laptop");
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL("**/account/passkeys");
  report.check((await page.locator(".codes li").count()) === 10, where, "no ten recovery codes");
  await at(page, where, "/account/passkeys");
  await page.locator("main a.button-main").click();
  report.check((await page.getByText("Laptop").count()) > 0, where, "the passkey is not listed");
  await page.locator("form[action='/sign-out'] button").first().click();
  await signIn(page);
  await page.waitForURL("**/sign-in/second*");
  await at(page, where, "/sign-in/second");
  await page.locator("form[action='/sign-in/second/passkey/ask'] button").click();
  await page.locator("form[data-passkey] button").click();
  await page.waitForURL("**/account");
  await at(page, where, "/account");
  // Taken away again, so that the next visit begins as this one did.
  await page.locator("#forget_password").fill(password);
  await page.locator("form[action='/account/second/forget'] button").click();
  await page.waitForURL("**/account?done=second_forgotten");
  report.check((await page.locator("#which").count()) === 0, where, "the passkey is still there");
}

for (const [lang, size, options] of [["en", "desktop", DESKTOP], ["ko", "phone", PHONE]]) {
  const where = `passkey, ${lang}, ${size}`;
  await visit(browser, report, where, { base: site, lang, ...options }, (page) => story(page, where));
}
await browser.close();
report.finish();
