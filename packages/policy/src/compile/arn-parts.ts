/** An ARN has six parts; the last one may hold further colons. */
export const ARN_PARTS = 6;

let memoText = "";
let memoColons: readonly number[] = [];

/**
 * The offsets of an ARN's first five colons; fewer when it isn't an ARN. The last answer is kept:
 * one request asks for the same ARN many times.
 */
export function arnColons(arn: string): readonly number[] {
  if (arn === memoText) {
    return memoColons;
  }
  const colons: number[] = [];
  for (
    let colon = arn.indexOf(":");
    colon !== -1 && colons.length < ARN_PARTS - 1;
    colon = arn.indexOf(":", colon + 1)
  ) {
    colons.push(colon);
  }
  memoText = arn;
  memoColons = colons;
  return colons;
}
