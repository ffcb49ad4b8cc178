import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Measurements, readMeasurements } from "../scripts/bench-page/measurements.ts";
import { benchPage, numbersOf } from "../scripts/bench-page/page.ts";

const PLOT_BYTES_MAX = 40_000;

test("pages and plots are what was recorded (npm run bench:page writes them)", () => {
  for (const [path, contents] of benchPage(readMeasurements())) {
    expect(readFileSync(join(import.meta.dirname, "..", path), "utf8"), path).toBe(contents);
  }
});

test("there are twelve numbers, and six plots that are small", () => {
  const recorded = readMeasurements();
  expect(numbersOf(recorded)).toHaveLength(12);
  const plots = [...benchPage(recorded)].filter(([path]) => path.endsWith(".svg"));
  expect(plots).toHaveLength(6);
  expect(Buffer.byteLength(plots.map(([, svg]) => svg).join(""))).toBeLessThan(PLOT_BYTES_MAX);
});

test("each number, plot and the README's row follow the measurements alone", () => {
  const recorded = readMeasurements();
  const [before, after] = [benchPage(recorded), benchPage(tripled(recorded))];
  for (const [path, contents] of before) expect(after.get(path), path).not.toBe(contents);
  const rowsOf = (page: ReadonlyMap<string, string>) =>
    (page.get("docs/benchmarks.md") ?? "").match(
      /^.* (?:.* better|.* worse\*\*|the same) \| .*$/gm,
    ) ?? [];
  expect(rowsOf(before)).toHaveLength(12);
  for (const [index, row] of rowsOf(before).entries()) {
    const cells = row.split(" | ");
    const others = (rowsOf(after)[index] ?? "").split(" | ");
    expect(others[1], row).not.toBe(cells[1]);
    expect(others[2], row).not.toBe(cells[2]);
    expect(others[3], row).toBe(cells[3]);
  }
});

/** Rolecast's figures three times as high, those of its peers as they are. */
function tripled(measurements: Measurements): Measurements {
  return new Map(
    [...measurements].map(([bench, measurement]) => {
      const figures = measurement.figures.map((one) => ({ ...one, value: one.value * 3 }));
      return [bench, { ...measurement, figures }];
    }),
  );
}
