import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countryFile } from "../testing/country-file.ts";
import { openCountryDatabase } from "./country-database.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-geoip-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("finds the country of an address, and nothing of one that isn't in the file", async () => {
  const file = join(folder, "countries.mmdb");
  writeFileSync(file, countryFile([192, 0, 2], { iso_code: "DE" }));
  const countryOf = await openCountryDatabase(file);
  expect(countryOf("192.0.2.77")).toBe("DE");
  for (const unknown of ["192.0.3.1", "10.0.0.1", "::1", "", "localhost"])
    expect(countryOf(unknown)).toBeUndefined();
});

test("says which file it can't read", async () => {
  const absent = join(folder, "absent.mmdb");
  await expect(openCountryDatabase(absent)).rejects.toThrow(
    `The GeoIP database ${absent} can't be read`,
  );
  const wrong = join(folder, "wrong.mmdb");
  writeFileSync(wrong, "no database");
  await expect(openCountryDatabase(wrong)).rejects.toThrow(wrong);
});
