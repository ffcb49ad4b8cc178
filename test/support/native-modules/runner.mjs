import { pathToFileURL } from "node:url";
import { TestRunner } from "vitest";

let files = 0;

/** Imports tests as Node does, see `native-modules.ts`. */
export default class NativeRunner extends TestRunner {
  /** A setup file runs anew before each file of tests. */
  importFile(path, source) {
    const { href } = pathToFileURL(path);
    files += 1;
    return import(source === "setup" ? `${href}?before=${files}` : href);
  }
}
