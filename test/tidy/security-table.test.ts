import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./modules.ts";

interface Row {
  readonly attack: string;
  readonly held: string;
  /** The code in the last cell: files, and scripts. */
  readonly named: readonly string[];
}

/** The items of SECURITY.md's last lists: `- **attack**: what holds. Test: …`. */
function rowsOf(page: string): readonly Row[] {
  const lists = page.slice(page.indexOf("\n## Attacks and what holds against them"));
  return lists
    .split(/^- /m)
    .slice(1)
    .map((item) => (item.split(/\n\n/)[0] ?? "").replace(/\s+/g, " "))
    .map((item) => {
      const [, attack = "", held = "", tests = ""] =
        /^\*\*(.+?)\*\*: (.+?) Test: (.+)$/.exec(item) ?? [];
      return {
        ...{ attack, held },
        named: [...tests.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
      };
    });
}

const rows = rowsOf(readFileSync(join(root, "SECURITY.md"), "utf8"));
const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
).scripts;

/** A test that is run by itself, by its path from the root, or a script of the project. */
function isThere(name: string): boolean {
  const script = /^npm run (\S+)$/.exec(name)?.[1];
  if (script !== undefined) return Object.hasOwn(scripts, script);
  return /^(?:test|packages)\/.*\.test\.ts$/.test(name) && existsSync(join(root, name));
}

/** Classes of attack that once succeeded, each with the tests that hold it in the table. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  "what a template does without a decision on its deployer": [
    "test/contract/cloudformation/in-whose-name.test.ts",
    "packages/server/src/services/cloudformation/types/own-types.test.ts",
  ],
  "roles of another account": [
    "test/contract/iam/passed-roles.test.ts",
    "test/contract/sts/service-callers.test.ts",
  ],
  "resources and handles of others": ["test/contract/cloudformation/owners.test.ts"],
  "capabilities and Regions of what is expanded": [
    "test/contract/cloudformation/owners.test.ts",
    "test/contract/cloudformation/custom-resources.test.ts",
  ],
  "calls inside the only transaction": [
    "test/contract/cloudformation/custom-calls.test.ts",
    "packages/server/src/callable-operations.test.ts",
  ],
  "transactions inside others": [
    "packages/server/src/storage/nested-transactions.test.ts",
    "packages/server/src/storage/transaction-watch.test.ts",
  ],
  "operations that end each start": [
    "packages/server/src/kernel/work/task-queue.test.ts",
    "test/scenarios/cloudformation/poisonous-operations.test.ts",
  ],
  "stops that never end": [
    "packages/server/src/ends.test.ts",
    "packages/server/src/server-reset.test.ts",
    "test/scenarios/stuck-stop.test.ts",
  ],
  "names that every object has": [
    "test/tidy/typed.test.ts",
    "test/contract/gateway/inherited-names.test.ts",
  ],
  "work that rejects": ["packages/server/src/kernel/work/in-background.test.ts"],
  "documents that double themselves": [
    "packages/server/src/services/cloudcontrol/json-patch.test.ts",
    "packages/template/src/expand/expand-template.test.ts",
  ],
  "films of endless playlists": ["packages/media/src/film/recorded-playlist.test.ts"],
  "calls that hold the loop": ["test/scenarios/longest-turns.test.ts"],
  "offers before keys": ["test/contract/gateway/credentials-first.test.ts"],
  "STUN of nobody": ["packages/media/src/transport/webrtc/stun/stun-message.test.ts"],
  "caches in front": ["test/scenarios/playback-cache.test.ts"],
  "secure strings": ["test/contract/cloudformation/secure-references.test.ts"],
  "hidden parameters": [
    "test/scenarios/secrets/stack-secrets.test.ts",
    "packages/server/src/services/cloudformation/rows/sealed-columns.test.ts",
  ],
  "two spellings of a name": [
    "packages/server/src/authz/spellings.test.ts",
    "test/contract/gateway/spellings.test.ts",
  ],
  "workflows and the action's inputs": ["test/packaging/workflows.test.ts"],
  "kills between two changes": ["test/scenarios/kills.test.ts", "npm run test:kills"],
};

test("each attack in SECURITY.md names what holds against it, and tests that are there", () => {
  expect(rows.length).toBeGreaterThan(70);
  expect(rows.filter(({ attack, held }) => attack === "" || held === "")).toEqual([]);
  expect(rows.filter(({ named }) => named.length === 0).map(({ attack }) => attack)).toEqual([]);
  expect(rows.flatMap(({ named }) => named).filter((name) => !isThere(name))).toEqual([]);
});

test("each class of attack that once succeeded has a row that names its tests", () => {
  const unheld = Object.entries(CLASSES).filter(
    ([, tests]) => !rows.some(({ named }) => tests.every((each) => named.includes(each))),
  );
  expect(unheld.map(([name]) => name)).toEqual([]);
});
