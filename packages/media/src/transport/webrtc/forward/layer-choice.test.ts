import { describe, expect, test } from "vitest";
import { LargestLayer } from "./largest-layer.ts";
import { LayerChoice } from "./layer-choice.ts";

const LAYERS = [
  { name: "low", bitrate: 200_000 },
  { name: "mid", bitrate: 700_000 },
  { name: "hi", bitrate: 2_500_000 },
];
const LOOK_MS = 250;

/** A path of so many bits a second: the receiver estimates it, and half as much as it gets more. */
class Path {
  readonly choice = new LayerChoice();
  chosen: string | undefined = "low";
  nowMs = 0;
  /** The layers in their order, with the time of each switch. */
  readonly switches: [number, string | undefined][] = [];

  constructor() {
    this.choice.begin("low", 0);
  }

  /** `estimates`: whether the receiver reports what it makes out. */
  pass(seconds: number, capacity: number, layers = LAYERS, estimates = true): void {
    for (const endMs = this.nowMs + seconds * 1_000; this.nowMs < endMs; this.nowMs += LOOK_MS) {
      const sent = layers.find(({ name }) => name === this.chosen)?.bitrate ?? 0;
      if (estimates) this.choice.estimated(Math.min(capacity, 1.5 * sent + 10_000));
      if (this.nowMs % 1_000 === 0) this.choice.reported(sent > capacity ? 80 : 0);
      const next = this.choice.choose(layers, this.nowMs);
      if (next !== this.chosen) this.switches.push([this.nowMs, next]);
      this.chosen = next;
    }
  }
}

describe("the layer of a subscriber", () => {
  test("grows to the largest one, though no estimate ever shows room for it", () => {
    const path = new Path();
    path.pass(20, 10_000_000);
    expect(path.switches.map(([, layer]) => layer)).toEqual(["mid", "hi"]);
  });

  test.each([true, false])(
    "is the largest that fits, tried ever more seldom (REMB: %s)",
    (remb) => {
      const path = new Path();
      path.pass(120, 1_000_000, LAYERS, remb);
      const tries = path.switches.filter(([, layer]) => layer === "hi").map(([at]) => at);
      const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
      expect(path.switches.some(([, layer]) => layer === "low")).toBe(false);
      expect(tries.length).toBeGreaterThan(1);
      expect(tries.length).toBeLessThan(8);
      expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
    },
  );

  test("falls within a second when the path narrows, and isn't one that doesn't come", () => {
    const path = new Path();
    path.pass(20, 10_000_000);
    path.pass(1, 500_000);
    expect(path.chosen).not.toBe("hi");
    path.pass(1, 500_000);
    expect(path.chosen).toBe("low");
    path.pass(1, 500_000, [{ name: "low", bitrate: 0 }, ...LAYERS.slice(1)]);
    expect(path.chosen).not.toBe("low");
  });
});

describe("the layer that is recorded", () => {
  const [low, high] = [
    { name: "low", isAlive: true },
    { name: "high", isAlive: true },
  ];

  /** The names that are chosen, each once in a row; `isHigh`: whether the large layer comes. */
  function chosen(seconds: number, isHigh: (second: number) => boolean): string[] {
    const largest = new LargestLayer<typeof low>();
    const names: string[] = [];
    for (let second = 0; second < seconds; second += 0.5) {
      high.isAlive = isHigh(second);
      const { name } = largest.choose([low, high], second * 1_000) ?? {};
      if (name !== undefined && name !== names.at(-1)) names.push(name);
    }
    return names;
  }

  test("is the largest one as soon as it comes", () => {
    expect(chosen(3, (second) => second >= 1)).toEqual(["low", "high"]);
  });

  test("stays small while the large one comes and goes, until that stays", () => {
    expect(chosen(60, (second) => second % 4 < 2)).toEqual(["high", "low"]);
    expect(chosen(60, (second) => second % 4 < 2 || second > 40)).toEqual(["high", "low", "high"]);
  });
});
