/** A place in a policy's text. Lines and columns start at 1, the offset at 0 (UTF-16 units). */
export interface Position {
  line: number;
  column: number;
  offset: number;
}

/** A stretch of a policy's text; `end` is the place just after its last character. */
export interface PositionRange {
  start: Position;
  end: Position;
}

/** Works out line and column only when somebody asks, so that compiling stays cheap. */
export function positionAt(text: string, offset: number): Position {
  const bounded = Math.min(offset, text.length);
  let line = 1;
  let lineStart = 0;
  for (
    let newline = text.indexOf("\n");
    newline !== -1 && newline < bounded;
    newline = text.indexOf("\n", lineStart)
  ) {
    line += 1;
    lineStart = newline + 1;
  }
  return { line, column: bounded - lineStart + 1, offset: bounded };
}

/** The range between two offsets of a text. */
export function rangeOf(text: string, start: number, end: number): PositionRange {
  return { start: positionAt(text, start), end: positionAt(text, end) };
}
