/** JSON with the offsets of every value, so that findings and denials can point into the text. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonLiteral;

export interface JsonObject {
  type: "object";
  start: number;
  end: number;
  /** In the order of the text; repeated keys are kept, for the validators to refuse. */
  members: readonly JsonMember[];
}

export interface JsonMember {
  key: string;
  keyStart: number;
  value: JsonNode;
}

export interface JsonArray {
  type: "array";
  start: number;
  end: number;
  items: readonly JsonNode[];
}

export interface JsonString {
  type: "string";
  start: number;
  end: number;
  value: string;
}

/** A number, boolean or null; `text` is how it was written, which is what conditions compare. */
export interface JsonLiteral {
  type: "number" | "boolean" | "null";
  start: number;
  end: number;
  text: string;
}

/** The first member of that name. */
export function memberOf(object: JsonObject, key: string): JsonMember | undefined {
  return object.members.find((member) => member.key === key);
}

/** Up to so many members are compared with each other, which is faster than a set of them. */
const FEW_MEMBERS = 12;

/** The first key that an object repeats. */
export function repeatedKeyOf({ members }: JsonObject): JsonMember | undefined {
  if (members.length > FEW_MEMBERS) {
    const seen = new Set<string>();
    return members.find(({ key }) => seen.size === seen.add(key).size);
  }
  for (let at = 1; at < members.length; at += 1) {
    for (let before = 0; before < at; before += 1) {
      if (members[before]?.key === members[at]?.key) {
        return members[at];
      }
    }
  }
  return undefined;
}
