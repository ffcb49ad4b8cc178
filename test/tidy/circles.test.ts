import { expect, test } from "vitest";
import { isTest, listModules, type Module, resolve } from "./modules.ts";

test("no file imports itself through others, not even a type", () => {
  const files = listModules().filter(({ path }) => path.startsWith("packages/") && !isTest(path));
  expect(circlesOf(files).map((circle) => circle.join(" → "))).toEqual([]);
});

test("finds a circle of three, and none in a tree", () => {
  const module = (path: string, ...imports: string[]): Module => ({ path, text: "", imports });
  const tree = [module("a.ts", "./b.ts", "./c.ts"), module("b.ts", "./c.ts"), module("c.ts")];
  expect(circlesOf(tree)).toEqual([]);
  expect(circlesOf([...tree.slice(0, 2), module("c.ts", "./a.ts", "kysely")])).toEqual([
    ["a.ts", "b.ts", "c.ts"],
  ]);
});

/** Tarjan's strongly connected components of more than one file, each sorted. */
function circlesOf(modules: readonly Module[]): readonly (readonly string[])[] {
  const edges = new Map(
    modules.map(({ path, imports }) => [
      path,
      imports.filter((target) => target.startsWith(".")).map((target) => resolve(path, target)),
    ]),
  );
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const own = order.size;
    order.set(path, own);
    let low = own;
    open.push(path);
    for (const target of edges.get(path) ?? []) {
      if (!edges.has(target)) continue;
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, order.get(target) ?? low);
    }
    lowest.set(path, low);
    if (low === own) {
      const circle = open.splice(open.indexOf(path));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return low;
  };
  for (const { path } of modules) if (!order.has(path)) visit(path);
  return circles;
}
