import { Readable } from "node:stream";
import type { WireRequest } from "@rolecast/wire";
import { expect, test } from "vitest";
import { isForm, isPostedToRoot } from "./request-kinds.ts";

const FORM = "application/x-www-form-urlencoded";

function request(contentType: string | undefined, more: Partial<WireRequest> = {}): WireRequest {
  const headers = contentType === undefined ? {} : { "content-type": contentType };
  return { method: "POST", rawPath: "/", rawQuery: "", headers, body: Readable.from([]), ...more };
}

test.each([
  [FORM, true],
  [`${FORM}; charset=utf-8`, true],
  [`multipart/mixed; of=${FORM}`, false],
  ["application/json", false],
  [undefined, false],
])("of content type %s it is a form: %s", (contentType, is) => {
  expect(isForm(request(contentType))).toBe(is);
});

test.each<[string | undefined, Partial<WireRequest>, boolean]>([
  [FORM, {}, true],
  [undefined, {}, true],
  ["multipart/form-data; boundary=x", {}, false],
  ["application/json; of=multipart/form-data", {}, true],
  [FORM, { rawPath: "/bucket" }, false],
  [FORM, { method: "PUT" }, false],
])("of content type %s, with %j, it is posted to the root: %s", (contentType, more, is) => {
  expect(isPostedToRoot(request(contentType, more))).toBe(is);
});
