import assert from "node:assert";
import type { ParsedForm } from "../query.ts";
import type { Member, Shape, StructureShape } from "../schema/shape.ts";
import { decodeWords, encodeWords } from "./encoded-words.ts";
import { headerText, headerValue, splitHeaderList } from "./http-header-text.ts";
import { isRecord, setOwn } from "./own-property.ts";
import { compileTextReader, compileTextWriter, type TextRules } from "./scalar-text.ts";
import { parseTimestamp } from "./timestamp-text.ts";

export interface HttpTextRules {
  readonly header: TextRules;
  readonly query: TextRules;
}

/** The parts of an HTTP request outside of its body. */
export interface BoundRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: ParsedForm;
  readonly labels: ReadonlyMap<string, string>;
}

type RequestReader = (request: BoundRequest, into: Record<string, unknown>) => void;
type HeaderWriter = (value: unknown, headers: Record<string, string>) => void;

/** Whether a member travels in the document in the body, rather than in a place of its own. */
export function isDocumentMember({ traits }: Member): boolean {
  return !(
    traits.httpLabel ||
    traits.httpQuery !== undefined ||
    traits.httpQueryParams ||
    traits.httpHeader !== undefined ||
    traits.httpPrefixHeaders !== undefined ||
    traits.httpPayload ||
    traits.httpResponseCode
  );
}

/** Whether a member of an output travels in the document: labels and queries bind requests only. */
export function isOutputDocumentMember({ traits }: Member): boolean {
  return !(
    traits.httpHeader !== undefined ||
    traits.httpPrefixHeaders !== undefined ||
    traits.httpPayload ||
    traits.httpResponseCode
  );
}

export function payloadMember(shape: StructureShape | undefined): Member | undefined {
  return shape?.members.find((member) => member.traits.httpPayload);
}

/** Compiles a reader of all of an input's members that are bound to labels, query and headers. */
export function compileRequestBindings(shape: StructureShape, rules: HttpTextRules): RequestReader {
  const readers = shape.members.flatMap((member) => requestReader(member, rules) ?? []);
  return (request, into) => {
    for (const read of readers) read(request, into);
  };
}

function requestReader(member: Member, rules: HttpTextRules): RequestReader | undefined {
  const { name, traits, target } = member;
  // A host label is usually bound to a header as well, which is what reaches an endpoint of one
  // name.
  if (traits.httpLabel || (traits.hostLabel && traits.httpHeader === undefined)) {
    const read = compileTextReader(target, name, rules.query);
    return ({ labels }, into) => {
      const text = labels.get(name);
      if (text !== undefined) into[name] = read(text);
    };
  }
  if (traits.httpQuery !== undefined) return queryReader(member, traits.httpQuery, rules.query);
  if (traits.httpQueryParams) return queryParamsReader(member);
  if (traits.httpHeader !== undefined) {
    const header = traits.httpHeader.toLowerCase();
    const read = headerReader(target, name, rules.header);
    return ({ headers }, into) => {
      const text = Object.hasOwn(headers, header) ? headers[header] : undefined;
      if (text === undefined) return;
      const value = read(headerText(text));
      if (value !== undefined) into[name] = value;
    };
  }
  if (traits.httpPrefixHeaders !== undefined) return prefixReader(name, traits.httpPrefixHeaders);
  return undefined;
}

function queryReader(member: Member, wireName: string, rules: TextRules): RequestReader {
  const { name, target } = member;
  if (target.kind === "list") {
    const read = compileTextReader(target.member.target, wireName, rules);
    return ({ query }, into) => {
      const texts = query.all(wireName);
      if (texts.length > 0) into[name] = texts.map(read);
    };
  }
  const read = compileTextReader(target, wireName, rules);
  const isText = target.kind === "string";
  return ({ query }, into) => {
    const text = query.get(wireName);
    // `?max-keys=` is what some clients send for "not given".
    if (text !== undefined && (isText || text !== "")) into[name] = read(text);
  };
}

function queryParamsReader({ name, target }: Member): RequestReader {
  assert(target.kind === "map", "httpQueryParams is bound to a map");
  const isList = target.value.target.kind === "list";
  return ({ query }, into) => {
    const params: Record<string, unknown> = {};
    for (const [key, text] of query.entries) {
      if (isList) setOwn(params, key, query.all(key));
      else if (!Object.hasOwn(params, key)) setOwn(params, key, text);
    }
    into[name] = params;
  };
}

function headerReader(target: Shape, name: string, rules: TextRules): (text: string) => unknown {
  if (target.kind === "list") {
    const read = compileTextReader(target.member.target, name, rules);
    return (text) => splitHeaderList(text).map(read);
  }
  const read = compileTextReader(target, name, rules);
  if (target.kind === "string") return read;
  if (target.kind === "timestamp") {
    const format = target.format ?? rules.timestampFormat;
    // RFC 9110 13.1.3: a recipient ignores a conditional header whose value isn't a valid date.
    if (format === "http-date") return (text) => parseTimestamp(text.trim(), format);
  }
  return (text) => (text === "" ? undefined : read(text));
}

function prefixReader(name: string, prefix: string): RequestReader {
  const lowerPrefix = prefix.toLowerCase();
  return ({ headers }, into) => {
    let map: Record<string, unknown> | undefined;
    for (const header of Object.keys(headers)) {
      if (!header.startsWith(lowerPrefix)) continue;
      map ??= {};
      setOwn(map, header.slice(lowerPrefix.length), decodeWords(headerText(headers[header] ?? "")));
    }
    if (map !== undefined) into[name] = map;
  };
}

/** Compiles a writer of an output's members that travel in headers. */
export function compileHeaderWriter(shape: StructureShape, rules: TextRules): HeaderWriter {
  const writers = shape.members.flatMap((member) => {
    const write = memberHeaderWriter(member, rules);
    return write === undefined ? [] : [{ name: member.name, write }];
  });
  return (value, headers) => {
    assert(isRecord(value), `structure ${shape.name} isn't an object`);
    for (const { name, write } of writers) {
      const item = value[name];
      if (item !== undefined && item !== null) write(item, headers);
    }
  };
}

function memberHeaderWriter(
  { traits, target }: Member,
  rules: TextRules,
): HeaderWriter | undefined {
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase();
    return (value, headers) => {
      assert(isRecord(value), "prefixed headers aren't a map");
      for (const [key, item] of Object.entries(value)) {
        if (item !== undefined && item !== null) {
          headers[prefix + key.toLowerCase()] = encodeWords(String(item));
        }
      }
    };
  }
  if (traits.httpHeader === undefined) return undefined;
  const header = traits.httpHeader.toLowerCase();
  if (target.kind === "list") {
    const write = compileTextWriter(target.member.target, rules);
    return (value, headers) => {
      assert(Array.isArray(value), "a header's list isn't an array");
      headers[header] = value.map((item) => headerValue(quoteIfNeeded(write(item)))).join(", ");
    };
  }
  const write = compileTextWriter(target, rules);
  return (value, headers) => {
    headers[header] = headerValue(write(value));
  };
}

function quoteIfNeeded(item: string): string {
  if (!item.includes(",") && !item.includes('"')) return item;
  return `"${item.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
