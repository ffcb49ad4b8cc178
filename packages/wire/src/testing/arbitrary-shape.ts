import fc from "fast-check";
import type { Member, Shape, StructureShape } from "../schema/shape.ts";

/** Recursive shapes end here. */
const MAX_DEPTH = 5;
const MAX_ITEMS = 3;

/** The place of a value: text in a header can't hold what text in a document can. */
type Place = "document" | "header" | "label" | "query";

// Made once: to read a pattern costs more than to draw from it.
const HOST_LABEL = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const HEADER_SUFFIX = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const BUCKET = fc.stringMatching(/^[a-z0-9][a-z0-9-]{3,20}[a-z0-9]$/);
const ANY_TEXT = fc.oneof(
  fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter(isPlain),
);
const TEXT: Readonly<Record<Place, fc.Arbitrary<string>>> = {
  document: ANY_TEXT,
  // The SDK's own reader of lists in headers doesn't undo quotes.
  header: fc.stringMatching(/^[A-Za-z0-9:/+=_.-]([A-Za-z0-9 :/+=_.-]{0,20}[A-Za-z0-9])?$/),
  label: ANY_TEXT,
  query: ANY_TEXT,
};

export interface ArbitraryOptions {
  /** Drops members that clients fill in themselves. */
  readonly include: (member: Member) => boolean;
  /** awsQuery has no way to say that a nested structure is there but empty. */
  readonly emptyStructures: boolean;
}

/** Random values of a structure in the SDK's types. */
export function arbitraryStructure(
  shape: StructureShape,
  options: ArbitraryOptions,
  depth = 0,
): fc.Arbitrary<Record<string, unknown>> {
  const members = shape.members.filter(options.include);
  if (shape.kind === "union") {
    if (members.length === 0) return fc.constant({});
    return fc.oneof(
      ...members.map((member) =>
        arbitraryMember(member, options, depth).map((value) => ({ [member.name]: value })),
      ),
    );
  }
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  const requiredKeys: string[] = [];
  for (const member of members) {
    if (depth > MAX_DEPTH && !member.required) continue;
    model[member.name] = arbitraryMember(member, options, depth);
    if (member.required || member.traits.httpPayload) requiredKeys.push(member.name);
  }
  const value = fc.record(model, { requiredKeys, noNullPrototype: true });
  const mayBeEmpty = options.emptyStructures || depth === 0 || Object.keys(model).length === 0;
  return mayBeEmpty ? value : value.filter((record) => Object.keys(record).length > 0);
}

function arbitraryMember(
  member: Member,
  options: ArbitraryOptions,
  depth: number,
): fc.Arbitrary<unknown> {
  const { traits, target } = member;
  const place =
    traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined
      ? "header"
      : traits.httpLabel
        ? "label"
        : traits.httpQuery !== undefined
          ? "query"
          : "document";
  if (traits.hostLabel) return HOST_LABEL;
  if (member.name === "Bucket" && traits.httpLabel) return BUCKET;
  const flattened = traits.xmlFlattened ?? false;
  return arbitraryShape(target, options, depth, place, flattened);
}

function arbitraryShape(
  shape: Shape,
  options: ArbitraryOptions,
  depth: number,
  place: Place,
  nonEmpty: boolean,
): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "string":
      return TEXT[place];
    case "boolean":
      return fc.boolean();
    case "number":
      return (
        fc
          .oneof(
            fc.integer(),
            fc.nat(1000),
            fc.integer().map((value) => value / 4),
          )
          // JSON, in which botocore is asked, has no negative zero.
          .map((value) => value + 0)
      );
    case "bigInteger":
      return fc.bigInt();
    case "bigDecimal":
      return fc.integer().map(String);
    case "timestamp":
      return fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => new Date(seconds * 1000));
    case "blob":
      return fc.uint8Array({ maxLength: 64 });
    case "streamingBlob":
      return fc.uint8Array({ maxLength: 64 });
    case "document":
      return fc.jsonValue();
    case "list": {
      const minLength = nonEmpty || place !== "document" ? 1 : 0;
      const item = arbitraryShape(shape.member.target, options, depth + 1, place, false);
      return fc.array(item, { minLength, maxLength: MAX_ITEMS });
    }
    case "map": {
      // The SDK for JavaScript loses such a key; protocols.test.ts tries it in requests.
      const key = (place === "header" ? HEADER_SUFFIX : TEXT.label).filter(
        (name) => name !== "__proto__",
      );
      const value = arbitraryShape(shape.value.target, options, depth + 1, place, false);
      return fc.dictionary(key, value, { minKeys: 1, maxKeys: MAX_ITEMS, noNullPrototype: true });
    }
    case "structure":
    case "union":
      return arbitraryStructure(shape, options, depth + 1);
    default:
      return shape satisfies never;
  }
}

/** The SDK's XML reader trims text, so that a border of white space never survives. */
function isPlain(text: string): boolean {
  return text.trim() === text && text !== "" && text !== "." && text !== "..";
}
