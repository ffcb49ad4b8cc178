import assert from "node:assert/strict";
import { isInertType } from "../../packages/server/src/gateway/inert-type.ts";
import { type Chance, type FuzzTarget, mutate } from "./chance.ts";

const CLEAN = ["image/png", "video/mp4", "text/plain", "application/json", "audio/mpeg"];
const TYPES = [
  ...CLEAN,
  "text/html",
  "image/svg+xml",
  "image/x+xml",
  "application/xhtml+xml",
  "text/xml",
  "*/*",
  "html",
  "multipart/x-mixed-replace",
  "",
];
const PARAMETERS = ["", ";charset=utf-8", '; codecs="avc1"', ";a", '; a="', "; a=b;c=d", " (a)"];
const JOINTS = [",", ", ", " ,", ";", "\t", " ", '",', "\n", "\u000b", "\u00a0"];

function contentType(chance: Chance): string {
  let text = chance.one(TYPES) + chance.one(PARAMETERS);
  for (let more = chance.below(3); more > 0; more--)
    text += chance.one(JOINTS) + chance.one(TYPES) + chance.one(PARAMETERS);
  return chance.rarely(3) ? mutate(text, chance) : text;
}

/** Two browsers, as their standard and as Chromium read a type, must both find nothing to run. */
export const contentTypeTarget: FuzzTarget = {
  name: "content types",
  next(chance) {
    const input = contentType(chance);
    const clean = `${chance.one(CLEAN)}${chance.one(PARAMETERS.slice(0, 3))}`;
    return {
      input,
      run() {
        assert.equal(isInertType(clean), true, clean);
        if (!isInertType(input)) return;
        assert.equal(runsNothing(standardEssence(input)), true, "by the standard");
        for (const part of input.split(","))
          assert.equal(runsNothing(looseEssence(part)), true, "in Chromium");
      },
    };
  },
};

/** Written apart from the server's own list: kinds of types, not the types themselves. */
function runsNothing(essence: string | undefined): boolean {
  if (essence === undefined || essence.endsWith("+xml")) return false;
  const [kind = "", subtype = ""] = essence.split("/");
  if (["image", "audio", "video"].includes(kind)) return !subtype.startsWith("svg");
  return (
    essence === "text/plain" ||
    subtype === "octet-stream" ||
    (kind === "application" && /^(?:json|pdf|.*mpegurl)$/.test(subtype))
  );
}

/** The essence that WHATWG Fetch's "extract a MIME type" comes to. */
function standardEssence(header: string): string | undefined {
  let last: string | undefined;
  for (const value of splitOutsideOfQuotes(header)) {
    const essence = parsedEssence(value);
    if (essence !== undefined && essence !== "*/*") last = essence;
  }
  return last;
}

/** WHATWG Fetch, "get, decode, and split". */
function splitOutsideOfQuotes(header: string): string[] {
  const values: string[] = [];
  let value = "";
  for (let at = 0; at < header.length; at++) {
    const letter = header.charAt(at);
    if (letter === ",") {
      values.push(value);
      value = "";
      continue;
    }
    value += letter;
    if (letter !== '"') continue;
    for (at++; at < header.length; at++) {
      value += header.charAt(at);
      if (header.charAt(at) === "\\" && at + 1 < header.length) value += header.charAt(++at);
      else if (header.charAt(at) === '"') break;
    }
  }
  return [...values, value];
}

/** WHATWG MIME Sniffing, "parse a MIME type", as far as the subtype. */
function parsedEssence(value: string): string | undefined {
  const trimmed = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");
  const slash = trimmed.indexOf("/");
  if (slash < 0) return undefined;
  const kind = trimmed.slice(0, slash);
  const subtype = (trimmed.slice(slash + 1).split(";", 1)[0] ?? "").replace(/[\t\n\r ]+$/, "");
  const token = /^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/;
  return token.test(kind) && token.test(subtype) ? `${kind}/${subtype}`.toLowerCase() : undefined;
}

/** Chromium ends a type at the first space, semicolon or parenthesis, whatever comes then. */
function looseEssence(part: string): string {
  return (part.trim().split(/[ \t;(]/, 1)[0] ?? "").toLowerCase();
}
