/** Lines break after a sentence that ends beyond `SENTENCE_FROM`, else before `COLUMNS_MAX`. */
const COLUMNS_MAX = 100;
const SENTENCE_FROM = 72;
/** A word that would begin something else than text if a line began with it. */
const MARKER = /^(?:[-+*>|]|#+|\d+[.)])$/;

/**
 * Breaks a paragraph or a list's item into lines of about 100 columns, at ends of sentences where
 * one is near. Code stays whole. Further lines are indented by `indent`.
 */
export function wrapMarkdown(text: string, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of wordsOf(text)) {
    const full = line.length + 1 + word.length > COLUMNS_MAX;
    const ended = line.length >= SENTENCE_FROM && /[.!?][)”*]*$/.test(line);
    if (/[^-\s]/.test(line) && (full || ended) && !MARKER.test(word)) {
      lines.push(line);
      line = indent + word;
    } else {
      line += line === "" ? word : ` ${word}`;
    }
  }
  return [...lines, line].join("\n");
}

/** Words with what is joined to them, code with its spaces. */
function wordsOf(text: string): readonly string[] {
  return text.trim().match(/(?:`[^`]*`|[^\s`])+/g) ?? [];
}
