import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
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
  await new Promise<void>((resolve) => file.resume().on("close", resolve));
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
  expect(await buffer(file)).toEqual(Buffer.from("x"));
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

const fieldName = fc.stringMatching(/^[a-zA-Z0-9ü-]{1,10}$/).filter((name) => name !== "file");
const content = fc.oneof(
  fc.uint8Array(),
  // Bytes that look like the end of a part.
  fc
    .array(fc.constantFrom("\r", "\n", "-", "\r\n", "\r\n--", "--b", "x"))
    .map((parts) => Buffer.from(parts.join(""))),
);
const DELIMITER = Buffer.from("\r\n--b");

test("a form is read as it was written, wherever the network cuts it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fieldName, fc.string(), fc.boolean()), {
        selector: ([name]) => name.toLowerCase(),
      }),
      content.filter((bytes) => !Buffer.from(bytes).includes(DELIMITER)),
      fc.option(fc.constantFrom("f.txt", "C:\\dir\\f.txt", "dir/f.txt")),
      fc.integer({ min: 1, max: 50 }),
      async (fields, bytes, fileName, cut) => {
        const texts = fields.filter(([, value]) => !value.includes("\r\n--b"));
        const named = fileName === null ? "" : `; filename="${fileName.replaceAll("\\", "\\\\")}"`;
        const whole = Buffer.concat([
          Buffer.from("a preamble\r\n"),
          // Some libraries give every field a file's name.
          ...texts.map(([name, value, asFile]) =>
            Buffer.from(`${part(name, asFile ? `; filename="${name}"` : "")}${value}\r\n`),
          ),
          Buffer.from(part("file", named)),
          bytes,
          Buffer.from("\r\n--b--\r\n"),
        ]);
        const chunks = Array.from({ length: Math.ceil(whole.length / cut) }, (_, index) =>
          whole.subarray(index * cut, (index + 1) * cut),
        );
        const form = await readForm(Readable.from(chunks), HEADERS);
        const expected = texts.map(([name, value]) => [name.toLowerCase(), value.toWellFormed()]);
        expect([...form.fields]).toEqual(expected);
        expect(form.fileName).toBe(fileName === null ? undefined : "f.txt");
        expect((await buffer(form.file)).equals(Buffer.from(bytes))).toBe(true);
      },
    ),
  );
});

test.each([
  ["no boundary", { "content-type": "multipart/form-data" }, "x"],
  ["no part", HEADERS, "text"],
  ["an end in the middle of a header", HEADERS, "--b\r\nContent-Disposition: form-data"],
  ["an end in the middle of a field", HEADERS, `${part("key")}a`],
  ["a part without a name", HEADERS, "--b\r\n\r\na\r\n--b--"],
  ["a delimiter with something after it", HEADERS, `--bc\r\n\r\n\r\n--b--`],
])("a form with %s is malformed", async (_what, headers, text) => {
  const form = readForm(Readable.from([Buffer.from(text)]), headers);
  await expect(form).rejects.toMatchObject({ code: "MalformedPOSTRequest" });
});
