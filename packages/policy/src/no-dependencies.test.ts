import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL(".", import.meta.url);

describe("the package", () => {
  it("imports nothing but its own modules, so that it runs in a browser", () => {
    const modules = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter(
      (path) => path.endsWith(".ts") && !/\.(?:test|testing)\.ts$/.test(path),
    );
    expect(modules.length).toBeGreaterThan(40);
    for (const path of modules) {
      const text = readFileSync(new URL(path, ROOT), "utf8");
      const imports = [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, name]) => name);
      expect([
        path,
        imports.filter((name) => !/^\.\.?\/.*\.(?:ts|json)$/.test(name ?? "")),
      ]).toEqual([path, []]);
      expect([path, imports.filter((name) => name?.includes(".testing."))]).toEqual([path, []]);
    }
  });
});
