import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The tests that a change of a file may fail, the quickest first. */
export interface RelatedTests {
  /** Units of the same package that import it, nearest first. */
  readonly units: readonly string[];
  /** Black-box tests of what it belongs to. */
  readonly blackBox: readonly string[];
}

const UNITS_MAX = 12;

/** The folders of black-box tests for code; the first pattern that matches counts. */
const FOLDERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^packages\/server\/src\/services\/iam\//, ["test/contract/iam/"]],
  [/^packages\/server\/src\/services\/iam-toolbox\//, ["test/contract/iam/", "test/contract/sts/"]],
  [/^packages\/server\/src\/services\/sts\//, ["test/contract/sts/"]],
  [/^packages\/server\/src\/services\/s3\//, ["test/contract/s3/"]],
  [/^packages\/server\/src\/services\/ivs\//, ["test/contract/ivs/"]],
  [/^packages\/server\/src\/services\/cloudtrail\//, ["test/contract/cloudtrail/"]],
  [/^packages\/server\/src\/services\/cloudwatch\//, ["test/contract/cloudwatch/"]],
  [/^packages\/server\/src\/services\/events\//, ["test/contract/events/"]],
  [/^packages\/server\/src\/services\/rolecast\//, ["test/contract/gateway/"]],
  [/^packages\/server\/src\/authz\//, ["test/contract/iam/", "test/contract/sts/"]],
  [/^packages\/server\/src\/(?:gateway|authn)\//, ["test/contract/gateway/"]],
  [/^packages\/server\/src\/validation\//, ["test/contract/gateway/", "test/contract/ivs/"]],
  [/^packages\/server\/src\//, ["test/contract/"]],
  [/^packages\/wire\//, ["test/contract/gateway/"]],
  [/^packages\/policy\//, ["test/contract/iam/", "test/contract/sts/"]],
];

/** The import graph of the listed files, the tests' too. */
export class TestMap {
  readonly #root: string;
  readonly #files: readonly string[];
  readonly #importers = new Map<string, string[]>();

  constructor(root: string, files: readonly string[]) {
    this.#root = root;
    this.#files = files;
    for (const path of files) {
      for (const target of this.#importsOf(path)) {
        const importers = this.#importers.get(target) ?? [];
        importers.push(path);
        this.#importers.set(target, importers);
      }
    }
  }

  relatedTo(path: string): RelatedTests {
    const units: string[] = [];
    const own = path.split("/").slice(0, 2).join("/");
    const seen = new Set([path]);
    // A Map, a Set and this loop keep their order: the nearest come first.
    for (const file of seen) {
      if (/\.test\.tsx?$/.test(file)) units.push(file);
      for (const importer of this.#importers.get(file) ?? [])
        if (importer.startsWith(own)) seen.add(importer);
    }
    const folders = FOLDERS.find(([pattern]) => pattern.test(path))?.[1] ?? [];
    const blackBox = this.#files.filter(
      (file) => file.endsWith(".test.ts") && folders.some((folder) => file.startsWith(folder)),
    );
    return { units: units.slice(0, UNITS_MAX), blackBox };
  }

  #importsOf(path: string): string[] {
    const text = readFileSync(join(this.#root, path), "utf8");
    const found = text.matchAll(/\bfrom "(\.[^"\n]+)"|\bimport\("(\.[^"\n]+)"\)/g);
    return [...found].map(([, a, b]) => normalize(join(dirname(path), a ?? b ?? "")));
  }
}
