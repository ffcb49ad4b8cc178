import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMeasurements } from "./measurements.ts";
import { benchPage } from "./page.ts";

for (const [path, contents] of benchPage(readMeasurements())) {
  writeFileSync(join(import.meta.dirname, "../..", path), contents);
}
