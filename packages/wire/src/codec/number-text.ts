/** From here on AWS writes a floating-point number with an exponent, and below the other one. */
const EXPONENT_FROM = 1e7;
const EXPONENT_BELOW = 1e-3;

/**
 * A floating-point number as AWS's services write it, which are Java: `30.0`, `1.7E9`, `5.0E-4`,
 * `NaN`. The number is the same as in JavaScript's text, and is seen not to be an integer.
 */
export function floatText(value: number): string {
  const size = Math.abs(value);
  if (size >= EXPONENT_BELOW && size < EXPONENT_FROM) {
    const text = String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (!Number.isFinite(value)) return String(value);
  // Thousands of an answer's numbers are times: no list is made of each.
  const text = value.toExponential();
  const at = text.indexOf("e");
  const digits = text.slice(0, at);
  const exponent = text.slice(text[at + 1] === "+" ? at + 2 : at + 1);
  return digits.includes(".") ? `${digits}E${exponent}` : `${digits}.0E${exponent}`;
}
