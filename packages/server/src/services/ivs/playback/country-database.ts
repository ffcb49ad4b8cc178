import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { type CountryResponse, Reader } from "mmdb-lib";

/** ISO 3166-1 alpha-2 code of where an address is; undefined where nobody knows. */
export type CountryOf = (address: string) => string | undefined;

/**
 * Reads a database in MaxMind's format (GeoLite2 Country or City, DB-IP, …) into memory. Rejects
 * for a file that isn't there or isn't such a database.
 */
export async function openCountryDatabase(file: string): Promise<CountryOf> {
  const reader = await openReader(file);
  return (address) => {
    if (isIP(address) === 0) return undefined;
    return reader.get(address)?.country?.iso_code;
  };
}

async function openReader(file: string): Promise<Reader<CountryResponse>> {
  try {
    return new Reader<CountryResponse>(await readFile(file));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The GeoIP database ${file} can't be read: ${why}`, { cause });
  }
}
