import type { Member, Shape, StructureShape } from "@rolecast/wire";
import { describe, expect, test } from "vitest";
import { RedactedElements } from "./redacted-elements.ts";

type ScalarKind = "string" | "boolean" | "number" | "bigInteger" | "bigDecimal" | "document";

const scalar = (kind: ScalarKind | "blob"): Shape => ({ kind, name: kind, traits: {} });
const member = (name: string, target: Shape, sensitive = false): Member => ({
  name,
  traits: sensitive ? { sensitive } : {},
  target,
  required: false,
});
const list = (target: Shape): Shape => ({
  kind: "list",
  name: "List",
  traits: {},
  member: member("member", target),
});
const map = (target: Shape): Shape => ({
  kind: "map",
  name: "Map",
  traits: {},
  key: member("key", scalar("string")),
  value: member("value", target),
});
const structure = (...members: Member[]): StructureShape => ({
  kind: "structure",
  name: "Structure",
  traits: {},
  members,
  eventStream: false,
});

const inner = structure(member("Name", scalar("string")), member("Bytes", scalar("blob")));
const shape = structure(
  member("RoleName", scalar("string")),
  member("Token", scalar("string")),
  member("Key", scalar("string"), true),
  member("Inner", inner),
  member("Items", list(inner)),
  member("Names", list(scalar("string"))),
  member("Blobs", list(scalar("blob"))),
  member("Tags", map(scalar("string"))),
  member("BlobsByName", map(scalar("blob"))),
  member("Count", scalar("number")),
  member("Isset", scalar("boolean")),
  member("Big", scalar("bigInteger")),
  member("Any", scalar("document")),
  member("At", { kind: "timestamp", name: "At", traits: {}, format: undefined }),
);

function shown(value: unknown): unknown {
  const elements = new RedactedElements({
    secretMembers: ["Token"],
    memberNames: { Isset: "ISSET" },
  });
  return JSON.parse(elements.structure(shape)(value) ?? "undefined");
}

describe("a value as a record shows it", () => {
  const secret = "HIDDEN_DUE_TO_SECURITY_REASONS";
  test.each<[what: string, value: object, elements: object]>([
    ["nothing", {}, {}],
    ["members without a value", { RoleName: undefined, Inner: null }, {}],
    ["names in lower case", { RoleName: "app" }, { roleName: "app" }],
    [
      "text that JSON escapes",
      { RoleName: 'a"\\\n\u2028\ud800' },
      { roleName: 'a"\\\n\u2028\ud800' },
    ],
    ["secrets", { Token: "t", Key: "k" }, { token: secret, key: secret }],
    ["structures", { Inner: { Name: "n" } }, { inner: { name: "n" } }],
    ["an empty structure", { Inner: {} }, { inner: {} }],
    ["bytes", { Inner: { Bytes: new Uint8Array(1) } }, { inner: {} }],
    ["lists", { Items: [{ Name: "a" }, {}], Names: [] }, { items: [{ name: "a" }, {}], names: [] }],
    ["lists with gaps", { Names: ["a", null, undefined] }, { names: ["a", null, null] }],
    ["a list of bytes", { Blobs: [new Uint8Array(1)] }, { blobs: [null] }],
    ["maps", { Tags: { 'a"b': "c", d: null, e: undefined } }, { tags: { 'a"b': "c", d: null } }],
    ["a map of bytes", { BlobsByName: { a: new Uint8Array(1) } }, { blobsByName: {} }],
    [
      "numbers",
      { Count: 1.5, Isset: false, Big: 2n ** 70n },
      { count: 1.5, ISSET: false, big: String(2n ** 70n) },
    ],
    ["documents", { Any: { a: [1, "x"] } }, { any: { a: [1, "x"] } }],
    ["times", { At: new Date("2019-10-23T22:45:41.999Z") }, { at: "Oct 23, 2019 10:45:41 PM" }],
    ["midnight", { At: new Date("2019-10-03T00:05:09Z") }, { at: "Oct 3, 2019 12:05:09 AM" }],
  ])("%s", (_what, value, elements) => {
    expect(shown(value)).toStrictEqual(elements);
  });
});
