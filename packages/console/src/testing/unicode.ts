import fc from "fast-check";

/** Every one that Unicode has; fast-check's own unit of them takes a second to make. */
export const character = fc
  .nat({ max: 0x10ffff })
  .map((code) => String.fromCodePoint(code))
  .filter((text) => !/\p{Surrogate}/u.test(text));
