import type { PolicyFinding } from "@rolecast/policy";

/** A piece of an editor's text, underlined or not. */
export interface Piece {
  readonly text: string;
  /** The offset in the whole text. */
  readonly start: number;
  readonly isMarked: boolean;
}

/**
 * Cuts the text where mistakes begin and end. A mistake is at least a character long; one that
 * begins inside another is left out.
 */
export function markedPieces(
  value: string,
  findings: readonly Pick<PolicyFinding, "position">[],
): readonly Piece[] {
  const ranges = findings
    .flatMap(({ position }) => position ?? [])
    .map(({ start, end }) => [start.offset, Math.max(end.offset, start.offset + 1)] as const)
    .sort(([one], [other]) => one - other);
  const pieces: Piece[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    if (start < at) continue;
    pieces.push({ text: value.slice(at, start), start: at, isMarked: false });
    pieces.push({ text: value.slice(start, end), start, isMarked: true });
    at = end;
  }
  pieces.push({ text: value.slice(at), start: at, isMarked: false });
  return pieces;
}

/** Numbers the lines of a text, one a line. */
export function lineNumbers(value: string): string {
  return value
    .split("\n")
    .map((_, index) => index + 1)
    .join("\n");
}
