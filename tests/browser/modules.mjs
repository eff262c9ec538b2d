// The packages that these scripts use. They are installed outside of the repository, in the folder
// that ALMANAC_TEST_NODE names, so that a checkout stays as it was.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.env.ALMANAC_TEST_NODE;
if (!folder) {
  throw new Error("ALMANAC_TEST_NODE names no folder: `cargo xtask` sets it");
}
const require = createRequire(join(folder, "package.json"));

/** Playwright's drivers; only Chromium's is used, and Debian's browser with it. */
export const { chromium } = require("playwright-core");

/** axe-core as text, to be run inside a page. */
export const axe = () => readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Lighthouse, loaded only where it is used: it takes a second. */
export const lighthouse = async () =>
  (await import(pathToFileURL(require.resolve("lighthouse")).href)).default;
