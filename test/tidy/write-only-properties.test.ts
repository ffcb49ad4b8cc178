import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAwsServiceSpec } from "@aws-cdk/aws-service-spec";
import { expect, test } from "vitest";
import { root } from "./modules.ts";

const SCRIPTS = join(root, "scripts");
const DERIVED: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(SCRIPTS, "write-only-properties.json"), "utf8"),
);
const hasSchemas = spawnSync("python3", ["-c", "import cfnlint"]).status === 0;

test("each property that isn't read back is one that the specification has", async () => {
  const db = await loadAwsServiceSpec();
  const schemas = new Map(db.all("resource").map((each) => [each.cloudFormationType, each]));
  const strange = Object.entries(DERIVED).flatMap(([typeName, paths]) =>
    paths
      .map((path) => path.split("/")[0] ?? "")
      .filter((name) => !schemas.get(typeName)?.properties[name])
      .map((name) => `${typeName} ${name}`),
  );
  expect(strange).toEqual([]);
});

test.skipIf(!hasSchemas)(`they are those of the registry's schemas (cfn-lint: pip)`, () => {
  const script = join(SCRIPTS, "write-only-properties.py");
  const input = Object.keys(DERIVED).join("\n");
  expect(JSON.parse(execFileSync("python3", [script], { input }).toString())).toEqual(DERIVED);
});
