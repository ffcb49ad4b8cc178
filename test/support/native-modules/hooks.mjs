import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "rolldown/utils";

const ROOT = new URL("../../../", import.meta.url).href;
const TYPESCRIPT = /\.tsx?(?:\?.*)?$/;
/** Written for bundlers, as the build's is: without extensions, and by no package's name. */
const SDK = /\/node_modules\/@aws-sdk\/client-[\w-]+\/dist-es\//;
/** In place of `./worker-program.ts`, where a run has compiled it: see `bundleMediaWorker`. */
const { TESTS_WORKER_PROGRAM } = process.env;

/** @type {import("node:module").ResolveHook} */
export function resolve(specifier, context, next) {
  const module = (url) => ({ url, format: "module", shortCircuit: true });
  if (specifier === "./worker-program.ts" && TESTS_WORKER_PROGRAM)
    return module(pathToFileURL(TESTS_WORKER_PROGRAM).href);
  if (!specifier.startsWith(".")) return next(specifier, context);
  if (TYPESCRIPT.test(specifier)) return module(new URL(specifier, context.parentURL).href);
  if (SDK.test(context.parentURL) && !specifier.endsWith(".js"))
    return module(new URL(`${specifier}.js`, context.parentURL).href);
  return next(specifier, context);
}

/** @type {import("node:module").LoadHook} */
export function load(url, context, next) {
  const module = (source) => ({ format: "module", source, shortCircuit: true });
  if (SDK.test(url)) return module(readFileSync(fileURLToPath(url)));
  if (!url.startsWith(ROOT) || !TYPESCRIPT.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const options = { sourcemap: true, tsconfig: false };
  const { code, map, errors } = transformSync(path, readFileSync(path, "utf8"), options);
  if (errors.length > 0) throw errors[0];
  const encoded = Buffer.from(JSON.stringify(map)).toString("base64");
  return module(`${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}`);
}
