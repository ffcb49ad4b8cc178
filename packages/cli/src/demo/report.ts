import { printJson } from "../terminal.ts";

/** Reports what was shown, step by step; the first difference ends the demonstration. */
export class Report {
  readonly #rows: { readonly what: string; readonly seen: string }[] = [];
  readonly #startedMs = Date.now();
  readonly #json: boolean;
  readonly #out: NodeJS.WriteStream;

  /** With `json`, standard output is for programs: the steps go to standard error. */
  constructor(json: boolean) {
    this.#json = json;
    this.#out = json ? process.stderr : process.stdout;
  }

  say(line: string): void {
    this.#out.write(`${line}\n`);
  }

  section(title: string): void {
    this.say(`\n${title}`);
  }

  /** Runs one check: `check` returns what was seen, or throws what differed. */
  async show(what: string, check: () => Promise<string>): Promise<void> {
    const startedMs = Date.now();
    // Written over when the check has ended.
    if (this.#out.isTTY) this.#out.write(`  … ${what}\r`);
    try {
      const seen = await check();
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      this.say(`  ✓ ${what}  (${seconds} s)`);
      this.#rows.push({ what, seen });
    } catch (error) {
      this.say(`  ✗ ${what}`);
      throw error;
    }
  }

  /** A table of everything that was shown. */
  print(): void {
    const seconds = Math.round((Date.now() - this.#startedMs) / 1000);
    if (this.#json) {
      printJson({ shown: this.#rows, seconds });
      return;
    }
    const width = Math.max(...this.#rows.map((row) => row.what.length));
    const line = `${"─".repeat(width)}  ${"─".repeat(60)}`;
    const rows = this.#rows.map((row) => `${row.what.padEnd(width)}  ${row.seen}`);
    this.say(`\n${"Shown".padEnd(width)}  Seen\n${line}\n${rows.join("\n")}\n${line}`);
    this.say(`${rows.length} things shown in ${seconds} s.`);
  }
}

/** Something that differs from what AWS does. */
export class Difference extends Error {}

export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Difference(otherwise);
}
