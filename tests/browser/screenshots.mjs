// Pictures of the pages, to be looked at: both languages, light and dark, phone and desktop.
// usage: node screenshots.mjs BASE FOLDER [NAME...]   (only the pages of these names, if any)

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DESKTOP, PHONE, start, visit } from "./browser.mjs";
import { publicPages } from "./pages.mjs";
import { Report, base } from "./report.mjs";

const [folder, ...names] = process.argv.slice(3);
if (!folder) {
  throw new Error("usage: node screenshots.mjs BASE FOLDER [NAME...]");
}
mkdirSync(folder, { recursive: true });

const report = new Report();
const site = base();
const browser = await start(["--hide-scrollbars"]);
const pages = (await publicPages(site)).filter(({ name }) => names.length === 0 || names.includes(name));
for (const lang of ["ko", "en"]) {
  for (const [size, shape] of [["360", PHONE], ["1280", DESKTOP]]) {
    await visit(browser, report, `${lang} ${size}`, { base: site, lang, ...shape }, async (page) => {
      for (const { name, path } of pages) {
        await page.goto(path);
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          const file = join(folder, `${name}-${lang}-${size}-${colorScheme}.png`);
          const picture = await page.screenshot({ path: file, fullPage: true });
          report.check(picture.length > 5_000, file, "shows next to nothing");
        }
      }
    });
  }
}
await browser.close();
report.finish();
