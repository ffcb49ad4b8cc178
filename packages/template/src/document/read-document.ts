import { JsonSyntaxError, readJson } from "./json-reader.ts";
import type { NoteKey } from "./key-offsets.ts";
import { MAX_TEMPLATE_BYTES } from "./limits.ts";
import { type Place, TemplateError, tooLarge } from "./template-error.ts";
import { isMap, type MapValue, type Value } from "./value.ts";
import { readYaml, YamlSyntaxError } from "./yaml-reader.ts";

/**
 * Reads a template's text, JSON or YAML.
 *
 * @throws TemplateError if it is neither, or says something other than a map.
 */
export function readDocument(text: string, noteKey?: NoteKey): MapValue {
  // A character is one to three bytes here, and four as two of JavaScript's.
  if (text.length > MAX_TEMPLATE_BYTES || byteLength(text) > MAX_TEMPLATE_BYTES) throw tooLarge();
  const value = readText(text, noteKey);
  if (!isMap(value)) throw new TemplateError("Template format error: unsupported structure.");
  return value;
}

function byteLength(text: string): number {
  return text.length * 3 <= MAX_TEMPLATE_BYTES
    ? text.length
    : new TextEncoder().encode(text).length;
}

function readText(text: string, noteKey: NoteKey | undefined): Value {
  if (!/^\ufeff?\s*\{/.test(text)) return readYamlText(text, noteKey);
  try {
    return readJson(text, noteKey);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    // YAML in braces isn't JSON, but a template.
    const value = yamlOrUndefined(text, noteKey);
    if (value !== undefined) return value;
    throw notWellFormed("JSON", text, error.offset);
  }
}

function readYamlText(text: string, noteKey: NoteKey | undefined): Value {
  try {
    return readYaml(text, noteKey);
  } catch (error) {
    if (error instanceof YamlSyntaxError) throw notWellFormed("YAML", text, error.offset);
    throw error;
  }
}

function yamlOrUndefined(text: string, noteKey: NoteKey | undefined): Value | undefined {
  try {
    return readYaml(text, noteKey);
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

function notWellFormed(language: "JSON" | "YAML", text: string, offset: number): TemplateError {
  const place = placeAt(text, offset);
  return new TemplateError(
    `Template format error: ${language} not well-formed. ` +
      `(line ${place.line}, column ${place.column})`,
    { place },
  );
}

function placeAt(text: string, offset: number): Place {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: Math.min(offset, text.length) - lineStart + 1 };
}

/**
 * The place of a map's key in a template's text, such as that of `["Resources", "Bucket"]`, or
 * undefined. It reads the text again: it is for people who look at an error.
 */
export function placeOf(text: string, path: readonly string[]): Place | undefined {
  const offsets = new Map<MapValue, Map<string, number>>();
  const document = readDocument(text, (map, key, offset) => {
    const keys = offsets.get(map) ?? new Map<string, number>();
    offsets.set(map, keys.set(key, offset));
  });
  let value: Value | undefined = document;
  let offset: number | undefined;
  for (const part of path) {
    if (Array.isArray(value)) {
      value = (value as readonly Value[])[Number(part)];
    } else if (isMap(value)) {
      offset = offsets.get(value)?.get(part) ?? offset;
      value = Object.hasOwn(value, part) ? value[part] : undefined;
    }
    if (value === undefined) return undefined;
  }
  return offset === undefined ? undefined : placeAt(text, offset);
}
