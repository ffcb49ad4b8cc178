import fc from "fast-check";
import { expect, test } from "vitest";
import { type CastParticipant, castOf, mediaLayout } from "./stage-cast.ts";

const person = (id: string, attributes: Record<string, string> = {}): CastParticipant => ({
  ...{ id, attributes, videoStopped: false, audioMuted: false },
});

test.each([
  ["by arrival", [person("a"), person("b")], {}, "a b"],
  [
    "by number, and by arrival where there is none",
    [person("a"), person("b", { at: "10" }), person("c", { at: "9" }), person("d", { at: "x" })],
    { participantOrderAttribute: "at" },
    "c b a d",
  ],
  [
    "the featured one is marked",
    [person("a", { big: "yes" }), person("b", { big: "true" })],
    { featuredParticipantAttribute: "big" },
    "a b!",
  ],
  [
    "names of JavaScript's own are attributes like others",
    [person("a"), person("b", { constructor: "true" })],
    { featuredParticipantAttribute: "constructor" },
    "a b!",
  ],
  ["an empty name marks nobody", [person("a", { "": "true" })], {}, "a"],
])("the order of tiles: %s", (_name, all, grid, expected) => {
  const cast = castOf(all, { grid });
  expect(cast.map((one) => `${one.publication}${one.featured ? "!" : ""}`).join(" ")).toBe(
    expected,
  );
});

test("everyone is in the cast once, whatever their attributes say", () => {
  const people = fc
    .array(fc.option(fc.oneof(fc.string(), fc.integer().map(String)), { nil: undefined }))
    .map((all) => all.map((at, index) => person(`${index}`, at === undefined ? {} : { at })));
  fc.assert(
    fc.property(people, (all) => {
      const cast = castOf(all, { grid: { participantOrderAttribute: "at" } });
      expect(cast.map(({ publication }) => publication).sort()).toEqual(
        all.map(({ id }) => id).sort(),
      );
    }),
  );
});

test("a fill mode holds for the featured one too, which else is between bars", () => {
  expect(mediaLayout({ grid: {} })).toMatchObject({ fill: "cover", featuredFill: "contain" });
  const grid = { videoFillMode: "FILL", videoAspectRatio: "SQUARE" } as const;
  expect(mediaLayout({ grid })).toMatchObject({ fill: "fill", featuredFill: "fill", aspect: 1 });
});
