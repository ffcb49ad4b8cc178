import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { CHROMIUM, CHROMIUM_ARGS } from "../../test/e2e/browser.ts";
import type { Effort } from "./effort.ts";
import { Hand } from "./hand.ts";
import { Terminal } from "./terminal.ts";

const TELEPHONE = {
  viewport: { width: 390, height: 844 },
  ...{ deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};
/** Free ports, so that the tasks run beside other servers. */
const PORTS = {
  ...{ ROLECAST_PORT: "0", ROLECAST_RTMP_PORT: "0", ROLECAST_RTMPS_PORT: "0" },
  ...{ ROLECAST_SRT_PORT: "0", ROLECAST_WEBRTC_PORT: "0" },
};

/** A running server, as its terminal says it. */
export interface DeskServer {
  readonly terminal: Terminal;
  readonly endpoint: string;
  /** The variables that it asks to be pasted. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A person's folder, terminals and browsers, in which a checkout is what `npx rolecast` runs. */
export class Desk {
  readonly folder: string;
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  readonly #terminals: Terminal[] = [];

  private constructor(folder: string, browser: Browser) {
    this.folder = folder;
    this.#browser = browser;
  }

  static async open(checkout: string): Promise<Desk> {
    const folder = await mkdtemp(join(tmpdir(), "rolecast-task-"));
    const bin = join(folder, "bin");
    mkdirSync(bin);
    mkdirSync(join(folder, "home"));
    const program = join(checkout, "packages/cli/bin/rolecast.js");
    const rolecast = `exec "${process.execPath}" "${program}" "$@"`;
    writeProgram(bin, "rolecast", rolecast);
    const others = `PATH=\${PATH#*:} exec npx "$@"`;
    writeProgram(bin, "npx", `if [ "$1" = rolecast ]; then shift; ${rolecast}; fi\n${others}`);
    const args = [...CHROMIUM_ARGS];
    const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args });
    return new Desk(folder, browser);
  }

  /** A terminal in the person's folder, or in one below it. */
  terminal(effort: Effort, below = ""): Terminal {
    const { PATH = "", LANG = "C.UTF-8" } = process.env;
    const env = { PATH: `${join(this.folder, "bin")}:${PATH}`, LANG, ...PORTS };
    const HOME = join(this.folder, "home");
    const cwd = join(this.folder, below);
    const terminal = new Terminal({ cwd, env: { ...env, HOME, AWS_PAGER: "" } }, effort);
    this.#terminals.push(terminal);
    return terminal;
  }

  /** Types the line that starts a server, and waits until it serves. */
  async serve(effort: Effort, line: string): Promise<DeskServer> {
    const terminal = this.terminal(effort);
    terminal.type(line);
    await terminal.prints(/\bReady\b/);
    const [, endpoint = ""] = await terminal.prints(/(https?:\/\/[\w.[\]:-]+:\d+)/);
    const set = [...terminal.answer.matchAll(/\b(AWS_\w+)=(\S+)/g)];
    const variables = Object.fromEntries(set.map(([, name = "", value = ""]) => [name, value]));
    return { terminal, endpoint, variables };
  }

  /** A browser of its own at the desk. */
  async browser(effort: Effort): Promise<Hand> {
    return this.#hand(effort, { viewport: { width: 1_280, height: 800 } });
  }

  async telephone(effort: Effort): Promise<Hand> {
    // The warning of a certificate that the server made itself is clicked away by hand.
    return this.#hand(effort, { ...TELEPHONE, ignoreHTTPSErrors: true });
  }

  async #hand(effort: Effort, options: Parameters<Browser["newContext"]>[0]): Promise<Hand> {
    const context = await this.#browser.newContext({
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    context.setDefaultTimeout(0);
    this.#contexts.push(context);
    return new Hand(await context.newPage(), effort);
  }

  /** Draws the end of what a terminal shows. */
  async drawTerminal(terminal: Terminal, path: string): Promise<void> {
    const context = await this.#browser.newContext({ viewport: { width: 720, height: 600 } });
    const page = await context.newPage();
    const shown = terminal.text.split("\n").slice(-40).join("\n");
    await page.setContent(
      `<body style="background:#111;color:#ddd;margin:12px"><pre style="font:14px/18px monospace;
        width:80ch;white-space:pre-wrap;word-break:break-all"></pre>`,
    );
    await page.locator("pre").evaluate((element, text) => {
      element.textContent = text;
    }, shown);
    await page.screenshot({ path, fullPage: true });
    await context.close();
  }

  /** Pictures of all pages and terminals, for a step that failed. */
  async takeAll(pathOf: (shown: string) => string): Promise<void> {
    const pages: readonly Page[] = this.#contexts.flatMap((context) => context.pages());
    for (const [index, page] of pages.entries()) {
      await page.screenshot({ path: pathOf(`page-${index}`) });
    }
    for (const [index, terminal] of this.#terminals.entries()) {
      await this.drawTerminal(terminal, pathOf(`terminal-${index}`));
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    for (const terminal of this.#terminals) await terminal.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function writeProgram(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/bash\n${text}\n`);
  chmodSync(path, 0o755);
}
