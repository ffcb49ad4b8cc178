/**
 * Puts a section into an INI file's text, at its end and instead of those with the same name. The
 * rest stays as it is.
 */
export function withSection(
  before: string,
  name: string,
  values: Readonly<Record<string, string>>,
): string {
  const kept: string[] = [];
  let inside = false;
  for (const text of before.split("\n")) {
    const head = /^\s*\[([^\]]*)\]/.exec(text)?.[1];
    if (head !== undefined) inside = head.trim() === name;
    if (!inside) kept.push(text);
  }
  const rest = kept.join("\n").trimEnd();
  const section = [`[${name}]`, ...Object.entries(values).map(([k, v]) => `${k} = ${v}`)];
  return `${rest === "" ? "" : `${rest}\n\n`}${section.join("\n")}\n`;
}
