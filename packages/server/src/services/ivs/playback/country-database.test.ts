import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCountryDatabase } from "./country-database.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rolecast-geoip-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A value in the MaxMind DB format, version 2.0, as far as a country database needs it. */
function field(value: unknown): Buffer {
  if (typeof value === "string")
    return Buffer.concat([control(2, value.length), Buffer.from(value)]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  const entries = Object.entries(value as object).map(([key, each]) =>
    Buffer.concat([field(key), field(each)]),
  );
  return Buffer.concat([control(7, entries.length), ...entries]);
}

function control(type: number, size: number): Buffer {
  return Buffer.of((type << 5) | size);
}

/** A database of one IPv4 network: a node for each bit of its prefix. */
function database(network: readonly number[], country: object): Buffer {
  const bits = network.flatMap((byte) =>
    Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1),
  );
  const count = bits.length;
  const nodes = bits.map((bit, index) => {
    const next = index + 1 < count ? index + 1 : count + 16;
    const record = (value: number) => [value >> 16, (value >> 8) & 0xff, value & 0xff];
    return Buffer.from(
      bit === 0 ? [...record(next), ...record(count)] : [...record(count), ...record(next)],
    );
  });
  const metadata = {
    ...{ node_count: count, record_size: 24, ip_version: 4 },
    ...{ binary_format_major_version: 2, binary_format_minor_version: 0, build_epoch: 1 },
    ...{ database_type: "Test-Country", languages: {}, description: {} },
  };
  const mark = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([...nodes, Buffer.alloc(16), field({ country }), mark, field(metadata)]);
}

test("tells the country of an address, and nothing of one that isn't in the file", () => {
  const file = join(folder, "countries.mmdb");
  writeFileSync(file, database([192, 0, 2], { iso_code: "DE" }));
  const countryOf = openCountryDatabase(file);
  expect(countryOf("192.0.2.77")).toBe("DE");
  for (const unknown of ["192.0.3.1", "10.0.0.1", "::1", "", "localhost"])
    expect(countryOf(unknown)).toBeUndefined();
});

test("knows nothing without a file, and says which file it can't read", () => {
  expect(openCountryDatabase(undefined)("192.0.2.1")).toBeUndefined();
  const absent = join(folder, "absent.mmdb");
  expect(() => openCountryDatabase(absent)).toThrow(`The GeoIP database ${absent} can't be read`);
  const wrong = join(folder, "wrong.mmdb");
  writeFileSync(wrong, "no database");
  expect(() => openCountryDatabase(wrong)).toThrow(wrong);
});
