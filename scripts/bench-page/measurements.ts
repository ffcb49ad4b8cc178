import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Figure, MEASUREMENTS, type Measurement } from "../../bench/recording/recorder.ts";

/** Bench → what it recorded. */
export type Measurements = ReadonlyMap<string, Measurement>;
export type Compared = Figure & Required<Pick<Figure, "beside">>;

export function readMeasurements(): Measurements {
  const names = readdirSync(MEASUREMENTS).filter((name) => name.endsWith(".json"));
  return new Map(
    names
      .sort()
      .map((name) => [
        basename(name, ".json"),
        JSON.parse(readFileSync(join(MEASUREMENTS, name), "utf8")),
      ]),
  );
}

export function figuresOf(measurements: Measurements, bench: string): readonly Figure[] {
  const measurement = measurements.get(bench);
  if (!measurement) throw new Error(`docs/measurements has no ${bench}.json: record it first.`);
  return measurement.figures;
}

export function figureOf(all: Measurements, bench: string, name: string, unit?: string): Figure {
  const found = figuresOf(all, bench).find(
    (figure) => figure.name === name && (unit === undefined || figure.unit === unit),
  );
  if (!found) throw new Error(`docs/measurements/${bench}.json has no figure "${name}".`);
  return found;
}

/** With its peer, which was measured in the same run. */
export function comparedOf(
  all: Measurements,
  bench: string,
  name: string,
  unit?: string,
): Compared {
  return compared(figureOf(all, bench, name, unit));
}

export function compared(figure: Figure): Compared {
  const { beside } = figure;
  if (!beside) throw new Error(`The figure "${figure.name}" was recorded without a peer.`);
  return { ...figure, beside };
}

/** Three digits, and all of those before the point. */
export function written(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

/** Two digits, and all of those before the point. */
export function times(ratio: number): string {
  const rounded = ratio >= 10 ? Math.round(ratio) : Number(ratio.toPrecision(2));
  return `${rounded.toLocaleString("en-US")}×`;
}
