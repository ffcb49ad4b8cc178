export type Markers = Readonly<Record<string, string>>;

/**
 * A file with its markers replaced by values of the deployment; itself where it has none. In JSON
 * they are replaced inside of texts, so that what was JSON stays so.
 */
export function withValues(file: Buffer, markers: Markers, isEscaped: boolean): Buffer {
  const tokens = Object.entries(markers).filter(([token]) => token !== "" && file.includes(token));
  if (tokens.length === 0) return file;
  const json = jsonIn(file);
  if (json !== undefined) return Buffer.from(JSON.stringify(replacedIn(json.value, tokens)));
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

function jsonIn(file: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(file.toString()) };
  } catch {
    // Any other file: its bytes are replaced.
    return undefined;
  }
}

function replacedIn(value: unknown, tokens: readonly (readonly [string, string])[]): unknown {
  if (typeof value === "string")
    return tokens.reduce((text, [token, given]) => text.replaceAll(token, () => given), value);
  if (Array.isArray(value)) return value.map((each) => replacedIn(each, tokens));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, replacedIn(each, tokens)]),
  );
}
