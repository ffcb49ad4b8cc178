import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { offRoot } from "./root-path.ts";

test.each([
  ["POST", "/", undefined],
  ["GET", "/", undefined],
  ["PUT", "/", "There is no operation at PUT /: iam takes GET or POST at /."],
  ["POST", "/a", "There is no operation at POST /a: iam takes GET or POST at /."],
  ["POST", "//", "There is no operation at POST //: iam takes GET or POST at /."],
])("%s %s", (method, rawPath, message) => {
  const request = { method, rawPath, rawQuery: "", headers: {}, body: Readable.from([]) };
  const refused =
    message === undefined ? undefined : { code: "UnknownOperationException", status: 404, message };
  const found = offRoot(request, "iam", ["GET", "POST"]);
  if (refused === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(refused);
});
