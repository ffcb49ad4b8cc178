import fc from "fast-check";
import { expect, test } from "vitest";
import { LruMap } from "./lru-map.ts";

const keys = fc.integer({ min: 0, max: 9 });
const acts = fc.array(fc.tuple(fc.constantFrom("get", "set", "delete"), keys), { maxLength: 80 });

test("it holds at most so many, those used last, and only what was put last", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), acts, (max, all) => {
      const map = new LruMap<number, string>(max);
      const last = new Map<number, string>();
      /** Keys in the order of their uses, the latest one first; deleted ones too. */
      let used: number[] = [];
      for (const [index, [act, key]] of all.entries()) {
        const others = used.filter((one) => one !== key);
        if (act === "set") {
          map.set(key, `${index}`);
          last.set(key, `${index}`);
          used = [key, ...others];
        } else if (act === "delete") {
          map.delete(key);
          last.delete(key);
        } else {
          const found = map.get(key);
          const isRecent = used.indexOf(key) < Math.floor(max / 2) && used.includes(key);
          if (isRecent || found !== undefined) expect(found).toBe(last.get(key));
          if (found !== undefined) used = [key, ...others];
        }
        const values = [...map.values()];
        expect(values.length).toBeLessThanOrEqual(max);
        expect(new Set(values).size).toBe(values.length);
      }
      map.clear();
      expect([...map.values()]).toEqual([]);
    }),
  );
});
