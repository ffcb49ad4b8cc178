import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ContainerEngine } from "./container-engine.ts";
import { ContainerProcess } from "./container-process.ts";
import { buildImage, type Image } from "./image.ts";
import { MODULES, useModule } from "./localstack-modules.ts";

/*
 * The image as the Dockerfile makes it, and the examples as somebody has them who follows
 * docs/testing.md in an empty folder: the packed tarball, everything else from npm.
 */
const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "rolecast-recipes-"));
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1" };
const run = promisify(execFile);
let image: Image;

beforeAll(async () => {
  // The image's user must find the command in it.
  chmodSync(folder, 0o755);
  image = await buildImage(join(folder, "image"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function installExample(name: string): Promise<string> {
  const cwd = join(folder, name);
  cpSync(join(ROOT, "examples", name), cwd, { recursive: true });
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...flags, image.tarball], { cwd, env: environment });
  return cwd;
}

describe("the image", () => {
  test("serves as a user without rights, says so to its health check, and stops", async () => {
    const ports = [4566, 1935, 4443].map((port) => [`${port}/tcp`, [{ HostPort: "" }]]);
    const container = new ContainerProcess(
      {
        Image: "rolecast",
        Env: [`ROLECAST_DATA=memory`],
        HostConfig: { PortBindings: Object.fromEntries(ports) },
      },
      image,
    );
    await container.start();
    const port = container.ports.get("4566/tcp") ?? "";
    const [node = "", ...args] = image.healthcheck;
    const health = args.map((arg) => arg.replace("4566", port));
    await expect.poll(() => run(node, health).then(() => "healthy", String)).toBe("healthy");
    // `test`/`test` is for the loopback address alone.
    expect(container.said()).toContain("AKIA");
    await container.stop();
    expect(container.said()).toContain("SIGTERM: ending streams and recordings.");
    await expect(run(node, health)).rejects.toMatchObject({ code: 1 });
  });
});

describe("the image that stands in for LocalStack's", () => {
  test.each(MODULES)("runs by LocalStack's module for $language", (module) =>
    useModule(image, module),
  );

  test("ends with the name of a service that isn't here", async () => {
    const container = new ContainerProcess(
      { Image: "rolecast-localstack", Env: ["SERVICES=s3,sqs"] },
      { ...image, environment: image.localstack.environment },
    );
    await container.start();
    await expect.poll(() => container.running).toBe(false);
    expect(container.said()).toContain("SERVICES can't be set: sqs isn't here");
  });
});

describe("the Node application", () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await installExample("node-app");
  });

  test("jest's workers use the server that its global setup started", async () => {
    const { stderr } = await run("npm", ["run", "test:jest"], { cwd, env: environment });
    expect(stderr).toMatch(/Tests: +2 passed, 2 total/);
  });

  test("vitest's suite passes", async () => {
    const { stdout } = await run("npm", ["test"], { cwd, env: environment });
    expect(stdout).toMatch(/Tests +3 passed/);
  });
});

describe("Testcontainers", () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await installExample("testcontainers");
  });

  test("starts the image, waits for it, resets and stops it", async () => {
    const engine = new ContainerEngine(image);
    const env = {
      ...environment,
      DOCKER_HOST: await engine.listen(),
      // The program that removes containers of dead test suites is a container too.
      TESTCONTAINERS_RYUK_DISABLED: "true",
    };
    try {
      const { stdout } = await run("npm", ["test"], { cwd, env });
      expect(stdout).toMatch(/^# pass 3$|ℹ pass 3/m);
      expect(engine.containers.size).toBe(0);
    } finally {
      await engine.close();
    }
  });

  test("has types that fit the module's", async () => {
    const typed = `import { RolecastContainer, type StartedRolecastContainer } from "rolecast/testcontainers";
import { GenericContainer, type StartedTestContainer } from "testcontainers";

const container: GenericContainer = new RolecastContainer()
  .withEnvironment({ ROLECAST_SEED: "/seed.yml" })
  .withCopyContentToContainer([{ content: "accounts: {}", target: "/seed.yml" }]);
const started: StartedRolecastContainer = await new RolecastContainer("rolecast:0.1.0").start();
const generic: StartedTestContainer = started;
const endpoint: string = started.clientOptions.endpoint;
const port: string = started.getPort();
export { container, endpoint, generic, port };
`;
    writeFileSync(join(cwd, "typed.ts"), typed);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
    const types = ["--skipLibCheck", "--types", "node"];
    const roots = ["--typeRoots", join(ROOT, "node_modules/@types")];
    const checked = run(process.execPath, [tsc, ...flags, ...types, ...roots, "typed.ts"], { cwd });
    await expect(checked).rejects.toMatchObject({
      stdout: expect.stringMatching(/^typed\.ts\(10,7\): error TS2322[^\n]*\n$/),
    });
  });
});
