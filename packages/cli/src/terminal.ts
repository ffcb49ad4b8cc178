import { stripVTControlCharacters, styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** `text` in colour where a person reads it; plain in a pipe and with NO_COLOR. */
export function styled(style: Style, text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Goes to standard error: what is printed is for programs. */
export function warn(text: string): void {
  process.stderr.write(`rolecast: ${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/**
 * Columns as wide as their widest cell; the head in bold on a terminal. On a terminal that is too
 * narrow for them, the last column comes on a line of its own.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => shownLength(row[column]))),
  );
  const width = widths.reduce((sum, each) => sum + GAP.length + each, -GAP.length);
  const isWrapped = width > columnsShown();
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, column) => cell.padEnd(cell.length + roomIn(column, cell)));
    if (!isWrapped) return cells.join(GAP).trimEnd();
    return `${cells.slice(0, -1).join(GAP).trimEnd()}\n${GAP}${row.at(-1)}`;
  };
  const roomIn = (column: number, cell: string) => (widths[column] ?? 0) - shownLength(cell);
  return [styled("bold", line(head)), ...rows.map(line)].join("\n");
}

/**
 * `text` after `label`, broken between words on a terminal, where it goes on below its beginning.
 */
export function labelled(label: string, text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const room = columnsShown() - label.length;
    if (last === undefined || shownLength(last) + 1 + shownLength(word) > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `${label}${lines.join(`\n${" ".repeat(label.length)}`)}`;
}

const GAP = "  ";

/** The terminal's width; what isn't read on one is never broken. */
function columnsShown(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** Colours take no room. */
function shownLength(cell = ""): number {
  return stripVTControlCharacters(cell).length;
}

const BAR_CELLS = 24;

/** A line that is written over on a terminal, on standard error; nothing in a pipe. */
export class ProgressLine {
  #shown = false;

  /** `share` from 0 to 1; left out where no end is known. */
  show(text: string, share?: number): void {
    if (!process.stderr.isTTY) return;
    const filled = Math.round(Math.min(1, share ?? 0) * BAR_CELLS);
    const bar =
      share === undefined ? "" : `${"█".repeat(filled)}${"░".repeat(BAR_CELLS - filled)} `;
    process.stderr.write(`\r\u001b[K${bar}${text}`);
    this.#shown = true;
  }

  end(): void {
    if (this.#shown) process.stderr.write("\r\u001b[K");
    this.#shown = false;
  }
}

export function bytesText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return [h, m, s].map((part) => String(part).padStart(2, "0")).join(":");
}
