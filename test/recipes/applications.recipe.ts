import { execFile } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasModules, PYTHON } from "../support/python.ts";
import { installExample } from "./installed-package.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);
let node = "";

beforeAll(() => {
  node = installExample("node-app", [
    "@aws-sdk/client-iam",
    "@aws-sdk/client-ivs",
    "@aws-sdk/client-s3",
    "vitest",
  ]);
});
afterAll(() => rmSync(node, { recursive: true, force: true }));

test("a Node application's vitest suite runs against the installed package", async () => {
  const { stdout } = await run(process.execPath, ["node_modules/vitest/vitest.mjs", "run"], {
    cwd: node,
    env: { PATH: process.env.PATH, HOME: node, NO_COLOR: "1" },
  });
  expect(stdout).toMatch(/Tests +3 passed/);
});

test.each(["rolecast/testing", "rolecast"])(
  "the snippet of docs/testing.md for %s runs",
  async (module) => {
    const page = readFileSync(join(ROOT, "docs/testing.md"), "utf8");
    const snippets = [...page.matchAll(/^```js[^\n]*\n([\s\S]*?)^```/gm)].map(([, text]) => text);
    const snippet = snippets.find((text) => text?.includes(`from "${module}";`));
    expect(snippet).toContain("await server.close()");
    writeFileSync(join(node, "snippet.mjs"), `${snippet}\nconsole.log("came to its end");\n`);
    const { stdout } = await run(process.execPath, ["snippet.mjs"], { cwd: node });
    expect(stdout).toContain("came to its end");
  },
);

test("createServer starts what the command starts, the root user's key of any address known", async () => {
  writeFileSync(
    join(node, "served.mjs"),
    `import { GetUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { createServer } from "rolecast";
const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
for (const start of ["first", "second"]) {
  const server = await createServer({ ...ports, data: "kept", host: "0.0.0.0", logLevel: "error" });
  const endpoint = \`http://127.0.0.1:\${server.ports.http}\`;
  const iam = new IAMClient({ ...server.clientOptions, endpoint });
  const { User } = await iam.send(new GetUserCommand({}));
  const page = await (await fetch(endpoint, { headers: { accept: "text/html" } })).text();
  console.log(start, User.Arn, server.env.AWS_ACCESS_KEY_ID !== "test", /<title>Rolecast/.test(page));
  await server.close();
}
`,
  );
  const { stdout } = await run(process.execPath, ["served.mjs"], { cwd: node });
  const arn = "arn:aws:iam::000000000000:root";
  expect(stdout).toBe(`first ${arn} true true\nsecond ${arn} true true\n`);
});

test("the package's types need nothing else and refuse a wrong setting", async () => {
  writeFileSync(
    join(node, "typed.ts"),
    `import { createServer } from "rolecast";
import { createTestServer } from "rolecast/testing";
const server = await createTestServer({ enforcement: "soft", port: 0 });
const endpoint: string = server.endpoint;
await createTestServer({ enforcement: "perhaps" });
await createServer({ host: "0.0.0.0", transcodeCores: "all" });
export { endpoint };
`,
  );
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
  const checked = run(process.execPath, [tsc, ...flags, "typed.ts"], { cwd: node });
  await expect(checked).rejects.toMatchObject({
    stdout: expect.stringMatching(
      /^typed\.ts\(5,\d+\): error TS2322[^\n]*perhaps[^\n]*\ntyped\.ts\(6,\d+\): error TS2322[^\n]*all[^\n]*\n$/,
    ),
  });
});

test("the package names no dependency that isn't on npm", () => {
  const manifest = JSON.parse(
    readFileSync(join(node, "node_modules/rolecast/package.json"), "utf8"),
  );
  expect(Object.keys(manifest.dependencies)).toEqual(["libsql"]);
});

test.skipIf(!hasModules("boto3"))(
  "a Python application's unittest suite runs against it",
  async () => {
    cpSync(join(ROOT, "examples/python-app"), node, { recursive: true });
    // Ends only when the server has: it would keep the pipe open.
    const { stderr } = await run(PYTHON, ["-m", "unittest", "-v"], {
      cwd: node,
      env: { PATH: process.env.PATH, HOME: node, PYTHONDONTWRITEBYTECODE: "1" },
    });
    // The server may say that it ends only after the tests have.
    expect(stderr).toMatch(/^Ran 3 tests[\s\S]*^OK$/m);
  },
);
