/*
 * Method: a server with the built console, in this process, and chromium without a window. Each
 * visit is a browser context of its own, with nothing cached, and no debugger attached (with one
 * V8 parses scripts again for the stacks of errors). A script of the bench's in the page notes when
 * the heading and a button that works are there and the browser had time to paint them and to take
 * a click ("interactive"), and when the first answers are shown ("filled"). Between the console's
 * visits the same server gives an empty page, so that what the browser itself takes is known.
 * Minima: other programs only make a visit longer. The processor's time is that of all of the
 * browser's processes from before the context to the page's end. ScriptDuration and TaskDuration
 * are of visits with a debugger.
 * `npx tsx bench/console-interactive.ts [FOLDER …]` compares built consoles with each other.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "@rolecast/server";
import { type Browser, type CDPSession, chromium } from "playwright-core";
import { CHROMIUM, CHROMIUM_ARGS } from "../test/e2e/browser.ts";

const RUNS = 12;
const POLL_MS = 100;
const LIMIT_MS = 300;
const BUILT = join(import.meta.dirname, "../packages/cli/dist/console");
const EMPTY = "empty.html";
const FOLDER = "/_rolecast/console/assets";

/** The title carries the result: it is read without a debugger. */
const NOTE_TIMES = `(() => {
  const times = {};
  const isShown = (element) => element.offsetParent !== null && !element.disabled;
  const look = () => {
    if (times.heading === undefined && document.querySelector("h1") &&
        [...document.querySelectorAll("button")].some(isShown)) {
      times.heading = performance.now();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { times.interactive = performance.now(); };
        port2.postMessage(0);
      });
    }
    if (times.filled === undefined && document.querySelector("ol.checklist")) {
      times.filled = performance.now();
      report();
    }
  };
  const report = () => {
    times.paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    if (times.interactive === undefined || times.paint === undefined || !isSettled) {
      isSettled = true;
      setTimeout(report, 300);
      return;
    }
    times.bytes = [...performance.getEntriesByType("resource")]
      .filter(({ name }) => name.includes("/console/") && !name.endsWith("times.js"))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    times.largest = largest;
    document.title = JSON.stringify(times);
  };
  let isSettled = false;
  let largest = 0;
  new PerformanceObserver((list) => { largest = list.getEntries().at(-1).startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", look);
})();`;
const SCRIPT = `<script src="${FOLDER}/times.js" integrity="sha384-${createHash("sha384")
  .update(NOTE_TIMES)
  .digest("base64")}"></script>`;
const EMPTY_PAGE = `<!doctype html><html lang="en"><head><title>Empty</title>${SCRIPT}</head>
<body><h1>Empty</h1><button>Empty</button><ol class="checklist"></ol></body></html>`;

interface Visit {
  readonly interactive: number;
  readonly filled: number;
  readonly paint: number;
  readonly largest: number;
  readonly bytes: number;
  readonly processor: number;
}

interface Measured {
  readonly name: string;
  readonly url: string;
  readonly visits: Visit[];
}

async function processorMs(browser: CDPSession): Promise<number> {
  const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1_000, 0);
}

async function visit(browser: CDPSession, url: string): Promise<Visit> {
  const before = await processorMs(browser);
  const { browserContextId } = await browser.send("Target.createBrowserContext");
  const size = { width: 1280, height: 900 };
  const { targetId } = await browser.send("Target.createTarget", {
    url,
    browserContextId,
    ...size,
  });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const { targetInfos } = await browser.send("Target.getTargets");
    const title = targetInfos.find((target) => target.targetId === targetId)?.title ?? "";
    if (!title.startsWith("{")) continue;
    const processor = (await processorMs(browser)) - before;
    await browser.send("Target.disposeBrowserContext", { browserContextId });
    return { ...(JSON.parse(title) as Omit<Visit, "processor">), processor };
  }
}

/** Chromium's own metrics of one visit, in milliseconds. */
async function metricsOf(browser: Browser, url: string): Promise<Record<string, number>> {
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await page.goto(url, { waitUntil: "commit" });
  while (!(await page.title()).startsWith("{")) await page.waitForTimeout(POLL_MS);
  const { metrics } = await session.send("Performance.getMetrics");
  await page.context().close();
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1_000]));
}

function serve(dir: string, copy: string) {
  cpSync(dir, copy, { recursive: true });
  for (const suffix of [".br", ".gz"]) rmSync(join(copy, `index.html${suffix}`), { force: true });
  const page = readFileSync(join(copy, "index.html"), "utf8");
  writeFileSync(join(copy, "index.html"), page.replace("</title>", `</title>${SCRIPT}`));
  writeFileSync(join(copy, EMPTY), EMPTY_PAGE);
  writeFileSync(join(copy, "assets/times.js"), NOTE_TIMES);
  const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
  const settings = { ...ports, data: "memory", transcodeCores: 0, logLevel: "error" } as const;
  return createServer(settings, { consoleDir: copy });
}

const root = mkdtempSync(join(tmpdir(), "rolecast-bench-console-"));
const given = process.argv.slice(2);
const dirs = given.length > 0 ? given : [BUILT];
const servers = await Promise.all(dirs.map((dir, at) => serve(dir, join(root, String(at)))));
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
const session = await browser.newBrowserCDPSession();
const origin = servers[0]?.endpoint ?? "";
const empty: Measured = {
  name: "an empty page",
  url: `${origin}/_rolecast/console/${EMPTY}`,
  visits: [],
};
const consoles = servers.map(
  ({ endpoint }, at): Measured => ({ name: dirs[at] ?? "", url: `${endpoint}/`, visits: [] }),
);
for (let run = 0; run < RUNS; run++) {
  for (const page of [empty, ...consoles]) page.visits.push(await visit(session, page.url));
}

const least = (page: Measured, of: keyof Visit) => Math.min(...page.visits.map((each) => each[of]));
const COLUMNS = ["interactive", "filled", "paint", "largest", "processor"] as const;
for (const page of [empty, ...consoles]) {
  const shown = COLUMNS.map((of) => `${of} ${least(page, of).toFixed(0)} ms`).join(", ");
  const chromiums = await metricsOf(browser, page.url);
  const own = ["ScriptDuration", "TaskDuration"].map((of) => `${of} ${chromiums[of]?.toFixed(0)}`);
  console.log(`${page.name}\n  ${shown}, ${own.join(", ")}`);
  if (page === empty) continue;
  const beside = (of: keyof Visit) => (least(page, of) / least(empty, of)).toFixed(1);
  const share = (least(page, "interactive") / LIMIT_MS).toFixed(2);
  console.log(
    `  ${share} of the limit of ${LIMIT_MS} ms; beside the empty page: interactive ` +
      `${beside("interactive")}, processor ${beside("processor")} times; ` +
      `${(least(page, "bytes") / 1_000).toFixed(0)} KB loaded`,
  );
}
await browser.close();
for (const server of servers) await server.close();
rmSync(root, { recursive: true, force: true });
