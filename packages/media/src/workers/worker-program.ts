import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const extension = extname(new URL(import.meta.url).pathname);

/** The program of a worker process, and the options of the node that runs it. */
export const WORKER_PROGRAM: { readonly file: string; readonly execArgv: readonly string[] } = {
  file: fileURLToPath(new URL(`./worker-main${extension}`, import.meta.url)),
  // The sources run through the loader that runs all of the project's.
  execArgv: extension === ".ts" ? ["--import", "tsx"] : process.execArgv,
};
