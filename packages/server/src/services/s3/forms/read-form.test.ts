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
