/** Parts of inputs that the AWS CLI's lines show otherwise than they are sent. */
const SHOWN = new WeakMap<object, object>();

/** Sends `part` of an input as it is, and has the page's calls show `shown` in its place. */
export function sentAs<Part extends object>(part: Part, shown: Part): Part {
  SHOWN.set(part, shown);
  return part;
}

/** An input with the parts that are shown otherwise, as they are shown. */
export function shownInput(input: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(shownPart) : shownPart(value),
    ]),
  );
}

function shownPart(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (SHOWN.get(value) ?? value) : value;
}
