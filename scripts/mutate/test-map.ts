import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const UNITS_MAX = 20;
const BLACK_BOX_MAX = 30;
const ENCODES = /\.ffmpeg\.test\.ts$/;

/** Folders of black-box tests for code, the most telling first; the first pattern counts. */
const FOLDERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^packages\/server\/src\/services\/iam-toolbox\//, ["test/contract/iam/", "test/contract/sts/"]],
  [/^packages\/server\/src\/services\/ivs\//, ["test/contract/ivs/", "test/scenarios/ivs/"]],
  [/^packages\/server\/src\/services\/rolecast\//, ["test/contract/gateway/"]],
  // A service's tests have its name.
  [/^packages\/server\/src\/services\/(?<service>[^/]+)\//, ["test/contract/$<service>/"]],
  [/^packages\/server\/src\/authz\//, ["test/contract/iam/", "test/contract/sts/"]],
  [/^packages\/server\/src\/(?:gateway|authn)\//, ["test/contract/gateway/"]],
  [/^packages\/server\/src\/validation\//, ["test/contract/gateway/", "test/contract/ivs/"]],
  [/^packages\/server\/src\//, ["test/contract/"]],
  [/^packages\/wire\//, ["test/contract/gateway/", "test/contract/s3/"]],
  [/^packages\/policy\//, ["test/contract/iam/", "test/contract/sts/"]],
  [/^packages\/media\//, ["test/scenarios/ivs/", "test/contract/ivs/"]],
  [/^packages\/cli\//, ["test/cli/completion", "test/generated-docs"]],
];
/** Folders of tests of the built command for code that other black-box tests don't see. */
const BUILT_FOLDERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^packages\/console\//, ["test/e2e/pages", "test/e2e/"]],
  // The demo's own recipe takes minutes.
  [/^packages\/cli\/src\/demo\//, []],
  [/^packages\/cli\//, ["test/cli/commands", "test/cli/"]],
];
/** Starts the built command, which doesn't contain the change. */
const BUILT_SERVER = "test/support/server-process.ts";
/** Starts a server in the test's own process, which does. */
const OWN_SERVER = "test/support/test-server.ts";

/** The import graph of the listed files, the tests' too. */
export class TestMap {
  readonly #root: string;
  readonly #files: ReadonlySet<string>;
  readonly #importers = new Map<string, string[]>();

  constructor(root: string, files: readonly string[]) {
    this.#root = root;
    this.#files = new Set(files);
    for (const path of files) {
      const targets = this.#importsOf(path);
      if (path === BUILT_SERVER) continue;
      if (targets.includes(BUILT_SERVER) && !targets.includes(OWN_SERVER)) continue;
      for (const target of targets) {
        const importers = this.#importers.get(target) ?? [];
        importers.push(path);
        this.#importers.set(target, importers);
      }
    }
  }

  /** Units of the file's package that see a change of it, the nearest first; without encoders. */
  unitsOf(path: string): readonly string[] {
    return this.#ownTestsOf(path)
      .filter((test) => !ENCODES.test(test))
      .slice(0, UNITS_MAX);
  }

  /**
   * The other tests that a change may fail, in the order to run them: units with encoders, then
   * black-box tests of what the file belongs to, those first whose names have most words in common
   * with its own.
   */
  slowTestsOf(path: string): readonly string[] {
    const encoding = this.#ownTestsOf(path).filter((test) => ENCODES.test(test));
    const blackBox = testsOf(path, FOLDERS, this.#testsThatSee(path));
    return [...encoding, ...blackBox.slice(0, BLACK_BOX_MAX)];
  }

  #ownTestsOf(path: string): readonly string[] {
    const own = path.split("/").slice(0, 2).join("/");
    return this.#testsThatSee(path).filter((test) => test.startsWith(own));
  }

  /** Tests that see a change only once the command is built with it. */
  builtTestsOf(path: string): readonly string[] {
    return testsOf(path, BUILT_FOLDERS, [...this.#files].filter(isTest));
  }

  /** Every file of tests that imports it, directly or not, the nearest first. */
  #testsThatSee(path: string): string[] {
    const seen = new Set([path]);
    // A set keeps its order while it grows: this walks the graph in widening circles.
    for (const file of seen)
      for (const importer of this.#importers.get(file) ?? []) seen.add(importer);
    return [...seen].filter(isTest);
  }

  /** Also modules that it starts in a thread or a process, and those it imports when needed. */
  #importsOf(path: string): string[] {
    const text = readFileSync(join(this.#root, path), "utf8");
    const relative = text.matchAll(/["`](\.{1,2}\/[^"`\n$]+?)(?:\.tsx?|\$\{extension\})["`]/g);
    const packages = text.matchAll(/"@rolecast\/(\w+)"/g);
    return [
      ...[...relative].flatMap(([, target = ""]) => {
        const file = normalize(join(dirname(path), target)).replaceAll("\\", "/");
        return [`${file}.ts`, `${file}.tsx`].filter((name) => this.#files.has(name));
      }),
      ...[...packages].map(([, name = ""]) => `packages/${name}/src/index.ts`),
    ];
  }
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}

/** Those of the file's folders, first those whose names have most words in common with it. */
function testsOf(path: string, table: typeof FOLDERS, tests: readonly string[]): string[] {
  const [pattern, named] = table.find(([known]) => known.test(path)) ?? [/^/, []];
  const { service = "" } = pattern.exec(path)?.groups ?? {};
  const folders = named.map((folder) => folder.replace("$<service>", service));
  const words = new Set(wordsOf(path));
  const common = (test: string) => wordsOf(test).filter((word) => words.has(word)).length;
  const found = folders.flatMap((folder) => tests.filter((test) => test.startsWith(folder)));
  return [...new Set(found)].toSorted((a, b) => common(b) - common(a));
}

function wordsOf(path: string): string[] {
  return path
    .replace(/^packages\/\w+\/src\/(?:pages\/)?|^test\//, "")
    .replace(/(?:\.\w+)+$/, "")
    .split(/[-/]/);
}
