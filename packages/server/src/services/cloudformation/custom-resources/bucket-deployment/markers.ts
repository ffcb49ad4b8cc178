import type { ResourceModel } from "../../../../kernel/resources.ts";
import { failedDeployment, invalidDeployment } from "./refusals.ts";

/**
 * Files with markers are replaced in memory, several at once; neither they nor what they become has
 * more bytes.
 */
export const REPLACED_BYTES_MAX = 16 * 1024 ** 2;

/** The texts that take the place of markers in a source's files. */
export interface Markers {
  readonly values: readonly (readonly [marker: string, text: string])[];
  /** In JSON, markers are replaced inside of values alone, so that what was JSON stays so. */
  readonly keepsJson: boolean;
}

/**
 * A source's markers by their configuration. Constructs that give none had a function that looked
 * whether a file is JSON. Throws ResourceError for what isn't here, by its name.
 */
export function markersOf(values: ResourceModel, config: ResourceModel | undefined): Markers {
  const { jsonEscape, markerEncodings = {}, ...others } = config ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw invalidDeployment(
      "Rolecast doesn't implement Custom::CDKBucketDeployment's 'SourceMarkersConfig' " +
        `${other} yet.`,
    );
  const usual = String(jsonEscape).toLowerCase() === "true" ? "UNQUOTED_JSON_VALUE" : "LITERAL";
  const encodings = new Map(Object.entries(markerEncodings as ResourceModel));
  return {
    values: Object.entries(values)
      .filter(([marker]) => marker !== "")
      .map(([marker, value]) => [
        marker,
        encoded(marker, asTexts(value), String(encodings.get(marker) ?? usual)),
      ]),
    keepsJson: config === undefined,
  };
}

function encoded(marker: string, value: unknown, encoding: string): string {
  const written = JSON.stringify(value);
  if (encoding === "JSON_VALUE") return written;
  if (encoding === "UNQUOTED_JSON_VALUE")
    return typeof value === "string" ? written.slice(1, -1) : written;
  if (encoding !== "LITERAL" && encoding !== "YAML_STRING")
    throw invalidDeployment(`Unknown marker encoding: ${encoding}`);
  if (typeof value !== "string")
    throw invalidDeployment(`Expected a string for ${encoding} encoding for marker ${marker}.`);
  return encoding === "LITERAL" || isPlainInYaml(value) ? value : written;
}

/** Numbers and truth values arrive as text in a custom resource's properties. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== "object" || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asTexts(each)]));
}

function isPlainInYaml(value: string): boolean {
  return /^[a-z][\w.-]*$/i.test(value) && !/^(?:y|n|yes|no|true|false|on|off|null)$/i.test(value);
}

/** A file with its markers replaced; itself where it has none. Throws ResourceError if too long. */
export function withValues(file: Buffer, { values, keepsJson }: Markers): Buffer {
  const there = values.filter(([marker]) => file.includes(marker));
  if (there.length === 0) return file;
  const growth = new Growth(REPLACED_BYTES_MAX - file.length);
  if (keepsJson && isJson(file))
    return Buffer.from(file.toString().replaceAll(TEXT, valueWith(there, growth)));
  // A character is a byte here, so that files in any encoding stay as they are.
  const replaced = there.reduce(
    (text, [marker, value]) => growth.replaced(text, bytesOf(marker), bytesOf(value)),
    file.toString("latin1"),
  );
  return Buffer.from(replaced, "latin1");
}

/**
 * Counts what values add to a file before it grows: a short marker may stand in it a million times.
 */
class Growth {
  #left: number;

  constructor(left: number) {
    this.#left = left;
  }

  replaced(text: string, marker: string, value: string): string {
    let count = 0;
    for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + marker.length))
      count += 1;
    if (count === 0) return text;
    this.#left -= count * (value.length - marker.length);
    if (this.#left < 0)
      throw failedDeployment(
        `A file's markers and their values make it larger than ${REPLACED_BYTES_MAX} bytes.`,
      );
    return text.replaceAll(marker, () => value);
  }
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function isJson(file: Buffer): boolean {
  try {
    JSON.parse(file.toString());
    return true;
  } catch {
    // Any other file: its bytes are replaced.
    return false;
  }
}

/** A text in JSON; with the colon after it, it is a name. All else stays as it is written. */
const TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

function valueWith(values: Markers["values"], growth: Growth) {
  return (written: string, colon: string | undefined) => {
    if (colon !== undefined) return written;
    const text: string = JSON.parse(written);
    const next = values.reduce((all, [marker, value]) => growth.replaced(all, marker, value), text);
    return next === text ? written : JSON.stringify(next);
  };
}
