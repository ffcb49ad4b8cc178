import { hyperlink } from "./hyperlinks.ts";

const COLORS: Readonly<Record<number, number>> = { 40: 33, 50: 31, 60: 31 };
const WARN = 40;
/** A fact is cut here: the whole of it, stacks too, is in the JSON form. */
const FACT_CHARS_MAX = 300;
/** The time of day and two spaces. */
const INDENT = 10;
/** The address of a denial's page fits 80 columns behind it. */
const PAGE_INDENT = 4;

/** The place where a line is read; a file has no width, and no links. */
export interface Reader {
  readonly colored: boolean;
  readonly columns?: number | undefined;
  readonly hasLinks?: boolean;
}

/**
 * Writes a line of the log for people: the time of day, the sentence and, of what went wrong, the
 * facts that the sentence doesn't have. One about what happens regularly holds them all. A page of
 * the console that says more is a link at the line's end, or its address on a line of its own.
 */
export function textLine(json: string, { colored, columns, hasLinks = false }: Reader): string {
  const { time, level, msg, page, ...facts } = JSON.parse(json) as Record<string, unknown>;
  const severity = Number(level);
  const shown = severity < WARN ? [] : Object.entries(facts).filter(isNewIn(String(msg)));
  // Names come from outside, and may hold a terminal's escapes.
  const text = [String(msg), ...shown.map(factText)].join("  ").replace(/\p{Cc}/gu, " ");
  const color = colored ? COLORS[severity] : undefined;
  const url = page === undefined ? undefined : String(page).replace(/[\p{Cc}\s]/gu, "");
  const isLinked = url !== undefined && hasLinks;
  const room = (columns || Number.POSITIVE_INFINITY) - INDENT;
  const lines = wrapped(isLinked ? `${text} · ${LINK}` : text, room);
  const plain = lines.join(`\n${" ".repeat(INDENT)}`);
  const body = isLinked ? plain.slice(0, -LINK.length) + hyperlink(LINK, url) : plain;
  const painted = color === undefined ? body : `\u001b[${color}m${body}\u001b[0m`;
  const below = url === undefined || isLinked ? "" : `${" ".repeat(PAGE_INDENT)}${url}\n`;
  return `${new Date(String(time)).toTimeString().slice(0, 8)}  ${painted}\n${below}`;
}

const LINK = "why?";

/** Breaks between words; a word that is longer than a line is the terminal's to break. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function isNewIn(sentence: string): (fact: readonly [string, unknown]) => boolean {
  return ([, value]) => !(typeof value === "string" && value !== "" && sentence.includes(value));
}

function factText([name, value]: readonly [string, unknown]): string {
  const message = (value as { message?: unknown } | null)?.message;
  const text = typeof message === "string" ? message : value;
  const plain = typeof text === "string" ? text : JSON.stringify(text);
  return `${name}: ${plain.slice(0, FACT_CHARS_MAX)}`;
}
