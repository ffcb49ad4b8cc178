import type { Shape } from "../schema/shape.ts";
import { floatText } from "./number-text.ts";

/** A floating-point number in a document: JSON.stringify would write a whole one as an integer. */
export class JsonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A document as JSON, with its `JsonFloat`s as floating-point numbers. */
export function jsonText(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (value instanceof JsonFloat) return floatText(value.value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  let text = "{";
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) continue;
    text += `${text === "{" ? "" : ","}${JSON.stringify(name)}:${jsonText(member)}`;
  }
  return `${text}}`;
}

/** The quickest function that writes documents of that shape: few shapes have `JsonFloat`s. */
export function jsonTextWriter(shape: Shape): (document: unknown) => string {
  return mayHoldFloats(shape, new Set()) ? jsonText : JSON.stringify;
}

function mayHoldFloats(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape)) return false;
  seen.add(shape);
  switch (shape.kind) {
    case "structure":
    case "union":
      return shape.members.some(({ target }) => mayHoldFloats(target, seen));
    case "list":
      return mayHoldFloats(shape.member.target, seen);
    case "map":
      return mayHoldFloats(shape.value.target, seen);
    default:
      return shape.kind === "timestamp" || (shape.kind === "number" && shape.isFloat === true);
  }
}
