export type Markers = Readonly<Record<string, string>>;

/**
 * A file with its markers replaced by values of the deployment; itself where it has none. In JSON
 * they are replaced inside of values that are texts, so that what was JSON stays so.
 */
export function withValues(file: Buffer, markers: Markers, isEscaped: boolean): Buffer {
  const tokens = Object.entries(markers).filter(([token]) => token !== "" && file.includes(token));
  if (tokens.length === 0) return file;
  if (isJson(file)) return Buffer.from(file.toString().replaceAll(TEXT, valueWith(tokens)));
  let text = file.toString("latin1");
  for (const [token, value] of tokens) {
    const written = isEscaped ? JSON.stringify(value).slice(1, -1) : value;
    text = text.replaceAll(bytesOf(token), () => bytesOf(written));
  }
  return Buffer.from(text, "latin1");
}

/** Bytes as a text, a character each, so that files in any encoding stay as they are. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function isJson(file: Buffer): boolean {
  try {
    JSON.parse(file.toString());
    return true;
  } catch {
    // Any other file: its bytes are replaced.
    return false;
  }
}

/** A text in JSON; with the colon after it, it is a name. All else stays as it is written. */
const TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

function valueWith(tokens: readonly (readonly [string, string])[]) {
  return (written: string, colon: string | undefined) => {
    if (colon !== undefined) return written;
    const text: string = JSON.parse(written);
    const next = tokens.reduce((all, [token, value]) => all.replaceAll(token, () => value), text);
    return next === text ? written : JSON.stringify(next);
  };
}
