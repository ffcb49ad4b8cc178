import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The repository's root. */
export const root = join(import.meta.dirname, "../..");

/** One file of TypeScript that the repository keeps. */
export interface Module {
  /** Relative to the repository: `packages/policy/src/index.ts`. */
  readonly path: string;
  readonly text: string;
  /** Specifiers as they are written: `./principal.ts`, `@rolecast/wire`. */
  readonly imports: readonly string[];
}

const IMPORTS =
  /(?:^|\n)(?:import|export)\b[^;"']*? from "([^"\n]+)"|(?:^|\n)import "([^"\n]+)"|\bimport\("([^"]+)"\)/g;

/** Reads every file of TypeScript that git knows, but for generated ones. */
export function listModules(): readonly Module[] {
  const listed = execFileSync("git", ["ls-files", "*.ts", "*.tsx"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((path) => path !== "" && !path.includes("/generated/"))
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return {
        path,
        text,
        imports: [...text.matchAll(IMPORTS)].map((match) => match[1] ?? match[2] ?? match[3] ?? ""),
      };
    });
}

/** Names the file that an import names, relative to the repository. */
export function resolve(from: string, target: string): string {
  return normalize(join(dirname(from), target));
}

/** Tests, and what only tests use. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$|\.testing\.ts$|\/testing\/|\/fixtures\//.test(path);
}
