// One browser for a whole script, and visits: fresh contexts that write down whatever a page does
// wrong while it is looked at.

import { chromium } from "./modules.mjs";

/** Nothing of the browser's own goes out to the network. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

const SECONDS = 1000;

export const start = (more = []) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...FLAGS, ...more],
  });

/**
 * Opens a page in a context of its own and runs `story` with it. What the page did wrong goes to
 * the report: errors of scripts, breaches of the content security policy, failed loads, and any
 * request that leaves the site.
 */
export async function visit(browser, report, where, options, story) {
  const { base, lang = "ko", ...context } = options;
  const place = await browser.newContext({
    baseURL: base,
    locale: lang === "ko" ? "ko-KR" : "en-GB",
    timezoneId: "Asia/Seoul",
    reducedMotion: "reduce",
    ...context,
  });
  place.setDefaultTimeout(15 * SECONDS);
  const page = await place.newPage();
  watch(page, report, where, base);
  try {
    return await story(page);
  } catch (error) {
    report.fault(`${where} at ${page.url()}`, String(error.message ?? error).split("\n", 6).join(" "));
  } finally {
    await place.close();
  }
}

function watch(page, report, where, base) {
  const at = () => `${where} at ${page.url()}`;
  page.on("pageerror", (error) => report.fault(at(), `script error: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    // A page that answers 401 or 404 on purpose is a "failed resource" to the console.
    const own = /^Failed to load resource: .* status of 4\d\d/.test(text) &&
      message.location().url === page.url();
    if (["error", "warning"].includes(message.type()) && !own) {
      report.fault(at(), `console: ${text}`);
    }
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // A click that leaves a page ends what it was still loading.
    if (why !== "net::ERR_ABORTED") {
      report.fault(at(), `not loaded: ${request.url()} ${why}`);
    }
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (["http:", "https:"].includes(url.protocol) && url.origin !== new URL(base).origin) {
      report.fault(at(), `asks another site: ${url.href}`);
    }
  });
}
