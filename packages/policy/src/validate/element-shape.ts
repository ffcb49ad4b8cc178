import {
  type JsonMember,
  type JsonNode,
  type JsonObject,
  repeatedKeyOf,
} from "../document/json-node.ts";
import { misplacedInCondition } from "./condition-shape.ts";
import { itemsOf } from "./statement-node.ts";

/** What in a statement's element has the wrong type. */
export function misplacedValue({ key, value }: JsonMember): JsonNode | undefined {
  switch (key) {
    case "Sid":
    case "Effect":
      return value.type === "string" ? undefined : value;
    case "Action":
    case "NotAction":
    case "Resource":
    case "NotResource":
      return itemsOf(value).find((item) => item.type !== "string");
    case "Condition":
      return misplacedInCondition(value);
    default:
      return undefined;
  }
}

/** An element that isn't known here, or that stands twice. */
export function unknownMember(
  object: JsonObject,
  known: ReadonlySet<string>,
): JsonMember | undefined {
  return object.members.find((member) => !known.has(member.key)) ?? repeatedKeyOf(object);
}
