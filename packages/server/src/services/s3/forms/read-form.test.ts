import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readForm } from "./read-form.ts";

test("a form whose sender leaves before anybody reads its file ends no process", async () => {
  const body = new PassThrough();
  body.write(
    '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf of the file',
  );
  const { file } = await readForm(body, { "content-type": "multipart/form-data; boundary=b" });
  body.destroy(new Error("the sender left"));
  // Without a listener for its error, which vitest reports as unhandled.
  await new Promise<void>((resolve) => file.on("close", resolve));
  expect(file.errored).toMatchObject({ message: "the sender left" });
});

const HEADERS = { "content-type": "multipart/form-data; boundary=b" };
const part = (name: string, more = "") =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;

test.each(["at once", "byte by byte"])("fields after the file don't count: %s", async (cut) => {
  const body = new PassThrough();
  const text = `${part("key")}a\r\n${part("file", '; filename="f"')}x\r\n${part("acl")}b\r\n--b--\r\n`;
  if (cut === "at once") body.end(text);
  else {
    for (const byte of text) body.write(byte);
    body.end();
  }
  const { fields, file } = await readForm(body, HEADERS);
  await new Promise<void>((resolve) => file.resume().on("close", resolve));
  await new Promise(setImmediate);
  expect([...fields]).toEqual([["key", "a"]]);
});

test("a field without end is refused while it comes", async () => {
  const body = new PassThrough();
  const form = readForm(body, HEADERS);
  const refused = expect(form).rejects.toMatchObject({ code: "MaxPostPreDataLengthExceeded" });
  body.write(part("key"));
  for (let chunk = 0; chunk < 20; chunk++) body.write("a".repeat(32 * 1024));
  await refused;
  body.destroy();
});
