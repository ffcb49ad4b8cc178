import fc from "fast-check";

/**
 * Every one that Unicode has, each second of ASCII's printable ones: what shells and URLs take for
 * more than text is there. fast-check's own unit of them all takes a second to make.
 */
export const character = fc
  .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.nat({ max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code))
  .filter((text) => !/\p{Surrogate}/u.test(text));
