import { join } from "node:path";
import { expect, test } from "vitest";
import { nameOfCommand } from "./command-line.ts";

const HOME = "/home/ann";
const BIN = "/usr/local/bin/rolecast";
const IMAGE = { ROLECAST_COMMAND: "docker exec {hostname} rolecast", PATH: "/usr/local/bin" };

const npx = (agent: string) => ({
  ...{ npm_command: "exec", npm_lifecycle_event: "npx", npm_config_user_agent: agent },
});

test.each([
  ["npx", { script: `${HOME}/app/node_modules/.bin/rolecast`, environment: npx("npm/11.0.0") }],
  ["an npm script", { script: BIN, environment: { npm_lifecycle_event: "dev" } }],
  ["a package's own bin", { script: `${HOME}/app/node_modules/.bin/rolecast` }],
  ["a test suite's process", { script: `${HOME}/node_modules/vitest/vitest.mjs` }],
  ["node without a script", { script: undefined }],
])("%s calls it by npx", (_, given) => {
  expect(named(given)).toBe("npx rolecast");
});

test.each([
  ["pnpm/10.0.0 npm/? node/v24", "pnpm exec rolecast"],
  ["yarn/4.9.0 npm/? node/v24", "yarn rolecast"],
  ["bun/1.3.0 npm/? node/v24", "bunx rolecast"],
  ["something/1.0", "npx rolecast"],
])("%s calls it by %s", (agent, name) => {
  expect(named({ script: BIN, environment: npx(agent) })).toBe(name);
});

test.each([
  [
    "an installed command",
    { script: BIN, environment: { PATH: "/bin:/usr/local/bin" } },
    "rolecast",
  ],
  [
    "a file below the working folder",
    { script: join(HOME, "src/bin/rolecast.js") },
    "node src/bin/rolecast.js",
  ],
  ["a file elsewhere", { script: "/opt/bin/rolecast.js" }, "node /opt/bin/rolecast.js"],
  [
    "a server in a container",
    { script: BIN, environment: IMAGE, pid: 1 },
    "docker exec 0f3a rolecast",
  ],
  [
    "a command in a running container",
    { script: BIN, environment: IMAGE, command: "status" },
    "docker exec 0f3a rolecast",
  ],
  [
    "a container's only command",
    { script: BIN, environment: IMAGE, pid: 1, command: "doctor" },
    "rolecast",
  ],
])("%s is called as %o: %s", (_, given, name) => {
  expect(named(given)).toBe(name);
});

function named(given: Partial<Parameters<typeof nameOfCommand>[0]>): string {
  return nameOfCommand({
    ...{ environment: {}, script: undefined, command: "start", cwd: HOME, pid: 4711, host: "0f3a" },
    ...given,
  });
}
