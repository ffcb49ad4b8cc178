import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CompositionLayout, GridLayout, PipLayout } from "../port/composition-layout.ts";
import { type Actor, layOut, type Rectangle, type Size } from "./layout.ts";

const GRID: GridLayout = {
  ...{ kind: "grid", omitsStopped: false, gap: 2, aspect: 16 / 9 },
  ...{ fill: "cover", featuredFill: "contain" },
};
const PIP: PipLayout = {
  ...{ kind: "pip", omitsStopped: false, gap: 0, fill: "cover", position: "bottom-right" },
  ...{ offset: 0, width: undefined, height: undefined, expands: false },
};
const HD: Size = { width: 1280, height: 720 };

function cast(names: string, marks: Partial<Actor> = {}): Actor[] {
  const plain = { featured: false, pip: false, videoStopped: false, aspect: undefined };
  return [...names].map((name) => ({
    publication: name.toLowerCase(),
    ...plain,
    ...(name === name.toUpperCase() ? marks : {}),
  }));
}

function shown(actors: readonly Actor[], layout: CompositionLayout, canvas: Size): string[] {
  return layOut(actors, layout, canvas).map(
    ({ publication, at: { x, y, width, height }, fill }) => {
      return `${publication} ${width}x${height}+${x}+${y} ${fill}`;
    },
  );
}

describe("the tiles of a composition", () => {
  test.each([
    ["one fills it", cast("a"), GRID, ["a 1280x720+0+0 cover"]],
    [
      "two are side by side",
      cast("ab"),
      GRID,
      ["a 638x358+0+180 cover", "b 638x358+640+180 cover"],
    ],
    [
      "the last row is centred",
      cast("abc"),
      { ...GRID, gap: 0 },
      ["a 640x360+0+0 cover", "b 640x360+640+0 cover", "c 640x360+320+360 cover"],
    ],
    [
      "square tiles",
      cast("ab"),
      { ...GRID, aspect: 1 },
      ["a 638x638+0+40 cover", "b 638x638+640+40 cover"],
    ],
    [
      "tiles of any shape take all the room",
      cast("ab"),
      { ...GRID, aspect: undefined, gap: 0 },
      ["a 640x720+0+0 cover", "b 640x720+640+0 cover"],
    ],
    [
      "the featured one is above the others",
      cast("aBc", { featured: true }),
      { ...GRID, gap: 0 },
      ["b 1280x540+0+0 contain", "a 320x180+320+540 cover", "c 320x180+640+540 cover"],
    ],
    [
      "those without a picture are left out where they shall be",
      cast("aBC", { videoStopped: true }),
      { ...GRID, omitsStopped: true },
      ["a 1280x720+0+0 cover"],
    ],
    [
      "a window has the shape of its picture",
      cast("aB", { pip: true, aspect: 4 / 3 }),
      { ...PIP, offset: 20 },
      ["a 1280x720+0+0 cover", "b 320x240+940+460 cover"],
    ],
    [
      "a window as it is asked for",
      cast("aB", { pip: true }),
      { ...PIP, width: 201, height: 100, position: "top-left", offset: 11 },
      ["a 1280x720+0+0 cover", "b 200x100+10+10 cover"],
    ],
    ["a window stays alone", cast("B", { pip: true }), PIP, ["b 320x180+960+540 cover"]],
    ["or expands", cast("B", { pip: true }), { ...PIP, expands: true }, ["b 1280x720+0+0 cover"]],
    [
      "of two windows the second is a tile",
      cast("AB", { pip: true }),
      PIP,
      ["b 1280x720+0+0 cover", "a 320x180+960+540 cover"],
    ],
    ["nobody", [], GRID, []],
  ] as const)("%s", (_name, actors, layout, expected) => {
    expect(shown(actors, layout, HD)).toEqual(expected);
  });

  const pixels = fc.integer({ min: 32, max: 960 }).map((half) => 2 * half);
  const canvases = fc.record({ width: pixels, height: pixels });
  const actors = fc
    .array(
      fc.record({
        ...{ featured: fc.boolean(), pip: fc.boolean(), videoStopped: fc.boolean() },
        aspect: fc.option(fc.double({ min: 0.2, max: 5, noNaN: true }), { nil: undefined }),
      }),
      { maxLength: 12 },
    )
    .map((all) => all.map((one, index) => ({ ...one, publication: `p${index}` })));
  const base = { omitsStopped: fc.boolean(), gap: fc.nat(3_000) };
  const fill = fc.constantFrom("fill", "cover", "contain") as fc.Arbitrary<"fill">;
  const grids: fc.Arbitrary<GridLayout> = fc.record({
    ...{ ...base, kind: fc.constant("grid" as const), fill, featuredFill: fill },
    aspect: fc.constantFrom(16 / 9, 1, 3 / 4, undefined),
  });
  const side = fc.option(fc.integer({ min: 1, max: 4_000 }), { nil: undefined });
  const pips: fc.Arbitrary<PipLayout> = fc.record({
    ...{ ...base, kind: fc.constant("pip" as const), fill, expands: fc.boolean() },
    ...{ offset: fc.nat(3_000), width: side, height: side },
    position: fc.constantFrom("top-left", "top-right", "bottom-left", "bottom-right"),
  });

  test("all are inside, even, in order, and each participant has one", () => {
    fc.assert(
      fc.property(actors, fc.oneof(grids, pips), canvases, (all, layout, canvas) => {
        const tiles = layOut(all, layout, canvas);
        const expected = all.filter((one) => !(layout.omitsStopped && one.videoStopped));
        expect(new Set(tiles.map(({ publication }) => publication))).toEqual(
          new Set(expected.map(({ publication }) => publication)),
        );
        expect(tiles).toHaveLength(expected.length);
        for (const { at } of tiles) {
          expect([at.x, at.y, at.width, at.height].every((n) => n % 2 === 0 && n >= 0)).toBe(true);
          expect(at.width * at.height).toBeGreaterThan(0);
          expect(at.x + at.width).toBeLessThanOrEqual(canvas.width);
          expect(at.y + at.height).toBeLessThanOrEqual(canvas.height);
        }
        const order = tiles.map(({ publication }) => Number(publication.slice(1)));
        const plain = order.filter((index) => !all[index]?.featured && !all[index]?.pip);
        expect(plain).toEqual([...plain].sort((a, b) => a - b));
      }),
    );
  });

  test("those of a grid don't overlap, and those below the featured one have one size", () => {
    fc.assert(
      fc.property(actors, grids, canvases, (all, layout, canvas) => {
        const tiles = layOut(all, layout, canvas);
        for (const [index, one] of tiles.entries())
          for (const other of tiles.slice(index + 1)) expect(overlap(one.at, other.at)).toBe(false);
        const isShown = (one: Actor): boolean => !(layout.omitsStopped && one.videoStopped);
        const featured = all.find((one) => one.featured && isShown(one));
        const rest = tiles.filter(({ publication }) => publication !== featured?.publication);
        expect(new Set(rest.map(({ at }) => `${at.width}x${at.height}`)).size).toBeLessThan(2);
      }),
    );
  });
});

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
