/** A place in a policy; lines and columns begin at 1. */
interface Place {
  readonly Line?: number | undefined;
  readonly Column?: number | undefined;
}

/** Returns the text from one place to another one. */
export function excerpt(text: string, start: Place, end: Place): string {
  const lines = text.split("\n").slice((start.Line ?? 1) - 1, end.Line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => {
      const to = index === last ? end.Column : undefined;
      return line.slice(index === 0 ? (start.Column ?? 1) - 1 : 0, to);
    })
    .join("\n");
}
