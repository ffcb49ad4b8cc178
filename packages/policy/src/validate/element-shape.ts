import {
  type JsonMember,
  type JsonObject,
  memberOf,
  repeatedKeyOf,
} from "../document/json-node.ts";
import { misplacedInCondition } from "./condition-shape.ts";
import { type Misplaced, misplaced } from "./misplaced.ts";
import { itemsOf } from "./statement-node.ts";

/** The part of a statement's element that has the wrong type. */
export function misplacedValue({ key, value }: JsonMember): Misplaced | undefined {
  switch (key) {
    case "Sid":
    case "Effect":
      return value.type === "string" ? undefined : misplaced(value, "expected a string");
    case "Action":
    case "NotAction":
    case "Resource":
    case "NotResource": {
      const wrong = itemsOf(value).find((item) => item.type !== "string");
      return wrong && misplaced(wrong, "expected a string or a list of strings");
    }
    case "Condition":
      return misplacedInCondition(value);
    default:
      return undefined;
  }
}

/** An element that isn't known here, or that comes twice. */
export function unknownMember(
  object: JsonObject,
  known: ReadonlySet<string>,
): { readonly member: JsonMember; readonly fault: string } | undefined {
  const unknown = object.members.find((member) => !known.has(member.key));
  if (unknown !== undefined) {
    return { member: unknown, fault: `no such element: there are ${[...known].join(", ")}` };
  }
  const repeated = repeatedKeyOf(object);
  return repeated && { member: repeated, fault: "stands twice" };
}

/** `NotAction` next to `Action`, and similar pairs. */
export function negatedTwin(
  statement: JsonObject,
): { readonly member: JsonMember; readonly fault: string } | undefined {
  for (const name of ["Action", "Resource", "Principal"]) {
    const member = memberOf(statement, `Not${name}`);
    if (member !== undefined && memberOf(statement, name) !== undefined) {
      return { member, fault: `stands beside ${name}: a statement has one of them` };
    }
  }
  return undefined;
}
