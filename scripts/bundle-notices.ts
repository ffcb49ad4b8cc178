import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

const ALLOWED =
  /^(?:MIT|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|\(MIT OR Apache-2\.0\))$/;

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  /** The form of licences before npm 2. */
  readonly licenses?: readonly { readonly type: string }[];
}

/** A package of others that something built here contains. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  readonly folder: string;
}

/**
 * The packages that the given modules come from.
 *
 * @throws Error when a licence isn't one that may be shipped here.
 */
export function packagesOf(modules: readonly string[]): readonly BundledPackage[] {
  const folders = new Set(modules.flatMap((file) => packageFolder(file) ?? []));
  return [...folders].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    const { name = "", version = "", license, licenses = [] } = manifest;
    const licence = license ?? licenses.map(({ type }) => type).join(" OR ");
    if (!isAllowed(licence)) throw new Error(`${name} ${version}: licence ${licence} not allowed`);
    return { name, version, licence, folder };
  });
}

/** Names and licences of packages, with each licence's own text once. */
export function noticesOf(packages: readonly BundledPackage[]): string {
  /** Titles by their text: many packages have the same one. */
  const titles = new Map<string, string[]>();
  for (const { name, version, licence, folder } of packages) {
    const text = licenceText(folder);
    titles.set(text, [...(titles.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  const notices = [...titles].map(([text, own]) => {
    const lines = own.sort();
    const width = Math.max(...lines.map(({ length }) => length));
    return `${lines.join("\n")}\n${"-".repeat(width)}\n\n${text}\n`;
  });
  notices.sort();
  return withTermsOnce(
    `Rolecast contains the following software, under the licences given.\n\n${notices.join("\n")}`,
  );
}

/** Apache's terms, however their lines are broken; a package's copyright is outside of them. */
const TERMS =
  /^ *TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION\n.*?END OF TERMS AND CONDITIONS\n/gms;

/** Has the same terms say at each but their first place that they are above. */
function withTermsOnce(notices: string): string {
  const seen = new Set<string>();
  return notices.replace(TERMS, (terms) => {
    const words = terms.replace(/\s+/g, " ");
    if (seen.has(words)) return "   (the terms and conditions that stand above in full)\n";
    seen.add(words);
    return terms;
  });
}

/** One licence, or a choice that has one of ours: `(MIT OR GPL-3.0)`. */
function isAllowed(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, "$1")
    .split(" OR ")
    .some((licence) => ALLOWED.test(licence.trim()));
}

/** `…/node_modules/@scope/name` of a file in it. */
function packageFolder(file: string): string | undefined {
  const parts = file.split(`${sep}node_modules${sep}`);
  const inside = parts.at(-1);
  if (parts.length < 2 || inside === undefined) return undefined;
  const names = inside.split(sep);
  const name = inside.startsWith("@") ? names.slice(0, 2).join(sep) : (names[0] ?? "");
  const folder = join(file.slice(0, -inside.length), name);
  return existsSync(join(folder, "package.json")) ? folder : dirname(file);
}

/** The licence, and the notices that an Apache licence wants passed on. */
function licenceText(folder: string): string {
  const files = readdirSync(folder)
    .filter((name) => /^(?:licen[cs]e|copying|notice|third-party-licenses)(?:\.|$)/i.test(name))
    .sort();
  if (files.length === 0) return "(no licence file in the package)";
  return files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
}
