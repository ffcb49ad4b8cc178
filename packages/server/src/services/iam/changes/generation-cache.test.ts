import { describe, expect, it } from "vitest";
import { GenerationCache } from "./generation-cache.ts";
import { Generations } from "./generations.ts";

describe("what was read of an account", () => {
  it("is kept until that account changes, and through changes of others", () => {
    const generations = new Generations();
    const cache = new GenerationCache<string>(generations, 10);
    cache.put("a", "1", generations.current(), "old");
    generations.count("2");
    expect(cache.find("a")).toBe("old");
    generations.count("1");
    expect(cache.find("a")).toBeUndefined();
    cache.put("a", "1", generations.current(), "new");
    expect(cache.find("a")).toBe("new");
    generations.bumpAll();
    expect(cache.find("a")).toBeUndefined();
  });

  it("isn't kept when the account changed while it was read", () => {
    const generations = new Generations();
    const cache = new GenerationCache<string>(generations, 10);
    const readAt = generations.current();
    generations.count("1");
    cache.put("a", "1", readAt, "stale");
    expect(cache.find("a")).toBeUndefined();
  });

  it("makes room by forgetting the oldest", () => {
    const generations = new Generations();
    const cache = new GenerationCache<number>(generations, 2);
    for (const [index, key] of ["a", "b", "c"].entries()) cache.put(key, "1", 0, index);
    expect(["a", "b", "c"].map((key) => cache.find(key))).toEqual([undefined, 1, 2]);
  });
});
