import type { Operation } from "@rolecast/wire";

type StructureShape = NonNullable<Operation["input"]>;
type Shape = StructureShape["members"][number]["target"];
type Structure = Readonly<Record<string, unknown>>;

/** So many items of a list decide whether its caller learns what is wrong with the request. */
const DECIDED_ITEMS_MAX = 100;

/**
 * A copy of `input` with blanks for the required members that it lacks. A request whose document is
 * refused is decided first, and `authorize` may rely on required members then too. Lists that are
 * too long are cut: nothing of the request is done.
 */
export function withBlankMembers(shape: StructureShape, input: Structure): Structure {
  const filled: Record<string, unknown> = { ...input };
  for (const { name, required, target } of shape.members) {
    const value = input[name] ?? undefined;
    if (value !== undefined) filled[name] = withBlanks(target, value);
    else if (required) filled[name] = blankOf(target);
  }
  return filled;
}

function withBlanks(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "structure":
    case "union":
      return isRecord(value) ? withBlankMembers(shape, value) : value;
    case "list":
      if (!Array.isArray(value)) return value;
      return value.slice(0, DECIDED_ITEMS_MAX).map((item) => withBlanks(shape.member.target, item));
    case "map":
      if (!isRecord(value)) return value;
      return Object.fromEntries(
        Object.entries(value)
          .slice(0, DECIDED_ITEMS_MAX)
          .map(([key, item]) => [key, withBlanks(shape.value.target, item)]),
      );
    default:
      return value;
  }
}

function blankOf(shape: Shape): unknown {
  switch (shape.kind) {
    case "structure":
      return withBlankMembers(shape, {});
    case "union":
    case "map":
    case "document":
      return {};
    case "list":
      return [];
    case "string":
    case "bigDecimal":
      return "";
    case "number":
      return 0;
    case "bigInteger":
      return 0n;
    case "boolean":
      return false;
    case "timestamp":
      return new Date(0);
    case "blob":
    case "streamingBlob":
      return new Uint8Array();
    default:
      return shape satisfies never;
  }
}

function isRecord(value: unknown): value is Structure {
  return typeof value === "object" && value !== null;
}
