/** Back to the line's begin, where a terminal shows the check that is running. */
const OVERWRITE = process.stdout.isTTY ? "\r" : "";

/** What was shown, step by step; the first thing that differs ends the demonstration. */
export class Report {
  readonly #rows: { readonly what: string; readonly seen: string }[] = [];
  readonly #startedMs = Date.now();

  section(title: string): void {
    process.stdout.write(`\n${title}\n`);
  }

  /** Runs one check: `check` returns what was seen, or throws what differed. */
  async show(what: string, check: () => Promise<string>): Promise<void> {
    const startedMs = Date.now();
    if (process.stdout.isTTY) process.stdout.write(`  … ${what}`);
    try {
      const seen = await check();
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
      process.stdout.write(`${OVERWRITE}  ✓ ${what}  (${seconds} s)\n`);
      this.#rows.push({ what, seen });
    } catch (error) {
      process.stdout.write(`${OVERWRITE}  ✗ ${what}\n`);
      throw error;
    }
  }

  /** A table of everything that was shown. */
  print(): void {
    const width = Math.max(...this.#rows.map((row) => row.what.length));
    const line = `${"─".repeat(width)}  ${"─".repeat(60)}`;
    const rows = this.#rows.map((row) => `${row.what.padEnd(width)}  ${row.seen}`);
    const seconds = Math.round((Date.now() - this.#startedMs) / 1000);
    process.stdout.write(
      `\n${"Shown".padEnd(width)}  Seen\n${line}\n${rows.join("\n")}\n${line}\n`,
    );
    process.stdout.write(`${rows.length} things shown in ${seconds} s.\n`);
  }
}

/** Something that differs from what AWS does. */
export class Difference extends Error {}

export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Difference(otherwise);
}
