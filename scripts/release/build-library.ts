import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/**
 * Writes a package of the workspace as others install it: a bundle for `import` and one for
 * `require`, each with its types. In the workspace itself it is used from its sources.
 */
export async function buildLibrary(name: string): Promise<string> {
  const source = join(ROOT, "packages", name);
  const target = join(source, "dist");
  rmSync(target, { recursive: true, force: true });
  for (const format of ["esm", "cjs"] as const) {
    const folder = join(target, format);
    const bundle = await rolldown({ input: join(source, "src/index.ts"), platform: "neutral" });
    await bundle.write({ file: join(folder, "index.js"), format });
    await bundle.close();
    if (format === "esm") writeTypes(source, folder);
    else cpSync(join(target, "esm/types"), join(folder, "types"), { recursive: true });
    // The nearest manifest says what a `.js` file and its types are.
    const type = format === "esm" ? "module" : "commonjs";
    writeFileSync(join(folder, "package.json"), `${JSON.stringify({ type })}\n`);
  }
  const { exports: _, ...manifest } = JSON.parse(
    readFileSync(join(source, "package.json"), "utf8"),
  );
  const published = {
    ...manifest,
    exports: {
      ".": {
        import: { types: "./esm/types/index.d.ts", default: "./esm/index.js" },
        require: { types: "./cjs/types/index.d.ts", default: "./cjs/index.js" },
      },
      "./package.json": "./package.json",
    },
    // For resolvers that don't know exports.
    main: "./cjs/index.js",
    types: "./cjs/types/index.d.ts",
  };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(published, undefined, 2)}\n`);
  cpSync(join(source, "README.md"), join(target, "README.md"));
  cpSync(join(ROOT, "LICENSE"), join(target, "LICENSE"));
  return target;
}

function writeTypes(source: string, folder: string): void {
  const config = join(folder, "tsconfig.json");
  const outDir = join(folder, "types");
  mkdirSync(outDir, { recursive: true });
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    incremental: false,
    tsBuildInfoFile: null,
    types: [],
    rootDir: join(source, "src"),
    outDir,
  };
  const files = [join(source, "src/index.ts")];
  const text = { extends: join(ROOT, "tsconfig.json"), compilerOptions, files, include: [] };
  writeFileSync(config, JSON.stringify(text));
  execFileSync(process.execPath, [TSC, "-p", config], { stdio: "inherit" });
  rmSync(config);
  const declarations = readdirSync(outDir, { recursive: true, encoding: "utf8" });
  for (const name of declarations.filter((path) => path.endsWith(".d.ts"))) {
    const file = join(outDir, name);
    const declared = readFileSync(file, "utf8");
    writeFileSync(file, declared.replace(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  }
}
