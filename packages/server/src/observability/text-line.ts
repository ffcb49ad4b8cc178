const COLORS: Readonly<Record<number, number>> = { 40: 33, 50: 31, 60: 31 };
const WARN = 40;
/** A fact is cut here: the whole of it, stacks too, is in the JSON form. */
const FACT_CHARS_MAX = 300;

/**
 * Writes a line of the log for people: the time of day, the sentence and, of what went wrong, the
 * facts. A sentence about what happens regularly holds its facts itself.
 */
export function textLine(json: string, { colored }: { readonly colored: boolean }): string {
  const { time, level, msg, ...facts } = JSON.parse(json) as Record<string, unknown>;
  const severity = Number(level);
  const shown = severity < WARN ? [] : Object.entries(facts).map(factText);
  // Names come from outside, and may hold a terminal's escapes.
  const text = [String(msg), ...shown].join("  ").replace(/\p{Cc}/gu, " ");
  const color = colored ? COLORS[severity] : undefined;
  const painted = color === undefined ? text : `\u001b[${color}m${text}\u001b[0m`;
  return `${new Date(String(time)).toTimeString().slice(0, 8)}  ${painted}\n`;
}

function factText([name, value]: readonly [string, unknown]): string {
  const message = (value as { message?: unknown } | null)?.message;
  const text = typeof message === "string" ? message : value;
  const plain = typeof text === "string" ? text : JSON.stringify(text);
  return `${name}: ${plain.slice(0, FACT_CHARS_MAX)}`;
}
