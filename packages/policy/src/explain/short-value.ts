/** So much of a value is shown; of an ARN, of its resource. */
const CHARS_MAX = 40;
/** So much where two values are to be told apart that differ only in what is left out. */
const CHARS_MAX_APART = 200;
/** The end tells apart what begins alike. */
const END_SHARE = 0.3;

/** An ARN's beginning, also as a policy names a principal: "AWS:arn:aws:iam::111122223333:". */
const ARN_START = /^(?:[A-Za-z]+:)?arn:(?:[^:]*:){4}/;

/** A value as a sentence shows it: the middle of a long one is left out. */
export function shortValue(value: string, charsMax = CHARS_MAX): string {
  const from = ARN_START.exec(value)?.[0].length ?? 0;
  if (value.length - from <= charsMax) {
    return value;
  }
  // By characters: half of a pair isn't one.
  const chars = [...value.slice(from)];
  const end = Math.floor(charsMax * END_SHARE);
  const begin = chars.slice(0, charsMax - end - 1).join("");
  return chars.length <= charsMax
    ? value
    : `${value.slice(0, from)}${begin}…${chars.slice(-end).join("")}`;
}

/** Shows values beside one another: those that differ never look the same. */
export function shortBeside(values: readonly string[]): (value: string) => string {
  const shown = new Map(values.map((value) => [shortValue(value), value]));
  const areTold = values.every((value) => shown.get(shortValue(value)) === value);
  return (value) => shortValue(value, areTold ? CHARS_MAX : CHARS_MAX_APART);
}
