import { join } from "node:path";

const at = (file: string) => join(import.meta.dirname, file);

/**
 * Node itself loads what is tested, as it does in a server: types are taken away as a module is
 * read, in a fifth of a millisecond. Vite's own way took 90 seconds of processor time for a clean
 * clone, and every use of an import goes through an object. `vi.mock` isn't there, nor is a
 * module's second copy, but by `freshModule`.
 */
export const NATIVE_MODULES = {
  runner: at("runner.mjs"),
  server: { deps: { external: [/native-modules/] } },
  execArgv: [
    "--enable-source-maps",
    "--import",
    at("register.mjs"),
    "--import",
    at("../prepare-worker.ts"),
  ],
};
