import { pasteable } from "@rolecast/server";

/** Terminals are this wide at least. */
const COLUMNS = 80;

/**
 * The text after a command's options: examples, which are indented and have `$0` for the command,
 * and paragraphs, which are broken into lines that fit.
 */
export function helpNotes(text: string): string {
  return pasteable(text)
    .split(/(^\n|\n\n+|\n(?= )|(?<=:)\n)/)
    .map((part) => (/^(?:\s|$)/.test(part) ? part : wrapped(part.replaceAll("\n", " "))))
    .join("");
}

/** Breaks a paragraph at spaces; a longer word stays whole. */
export function wrapped(paragraph: string): string {
  const pieces = paragraph.match(new RegExp(`\\S.{0,${COLUMNS - 1}}(?= |$)|\\S+`, "g"));
  return pieces?.join("\n") ?? "";
}
