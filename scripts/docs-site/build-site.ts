import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import MiniSearch from "minisearch";
import { rolldown } from "rolldown";
import { SEARCH_OPTIONS, type SearchDocument } from "./browser/search-document.ts";
import { missingPageHtml, pageHtml } from "./layout.ts";
import { fileTarget, type RenderedPage, renderPage } from "./markdown.ts";
import { addressFrom, readNavigation, readSources, type Source } from "./pages.ts";

const BROWSER_DIR = join(import.meta.dirname, "browser");
/** GitHub Pages and the server show it at every address that leads nowhere. */
const MISSING: Source = {
  path: "docs/404.md",
  target: "404.html",
  text: `# There is no page at this address

It may have moved. The search above has its name, and the list has all pages.
`,
};
const ICON = "packages/console/public/rolecast.svg";

export interface Site {
  /** The repository. */
  readonly root: string;
  readonly outDir: string;
  /** The path below which the site will be served, with a slash at its end. */
  readonly base: string;
}

/**
 * Writes the documentation as a folder of files that needs no server: scripts are classic ones and
 * the search index is one of them, since a page from the file system may neither import modules nor
 * fetch. Returns the modules that the browser gets.
 */
export async function buildSite({ root, outDir, base }: Site): Promise<readonly string[]> {
  await rm(outDir, { recursive: true, force: true });
  const sources = readSources(root);
  const navigation = readNavigation(sources);
  const files = new Set<string>();
  const documents: SearchDocument[] = [];
  for (const source of sources) {
    const page = renderPage(source, sources);
    await write(join(outDir, source.target), pageHtml(source, page, navigation));
    for (const file of page.files) files.add(file);
    documents.push(...documentsOf(source, page));
  }
  const missing = renderPage(MISSING, sources);
  await write(
    join(outDir, MISSING.target),
    missingPageHtml(MISSING.target, missing, navigation, base),
  );
  for (const file of files) await cp(join(root, file), join(outDir, fileTarget(file)));
  await cp(join(BROWSER_DIR, "site.css"), join(outDir, "assets/site.css"));
  await cp(join(root, ICON), join(outDir, "assets/icon.svg"));
  await write(join(outDir, "assets/search-index.js"), searchIndex(documents));
  const modules = await Promise.all(["theme", "site"].map((name) => bundle(name, outDir)));
  return modules.flat();
}

/** The passages of a page, as the search finds them. */
export function documentsOf(source: Source, { title, passages }: RenderedPage): SearchDocument[] {
  const address = addressFrom("index.html", source.target);
  return passages.map(({ id, depth, text, words }) => ({
    id: depth === 1 ? address : `${address}#${id}`,
    page: title,
    heading: text,
    words,
  }));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** The index that the browser gets. */
export function indexOf(documents: readonly SearchDocument[]): MiniSearch<SearchDocument> {
  const index = new MiniSearch<SearchDocument>(SEARCH_OPTIONS);
  index.addAll(documents);
  return index;
}

function searchIndex(documents: readonly SearchDocument[]): string {
  const index = indexOf(documents);
  return `globalThis.rolecastSearchIndex = ${JSON.stringify(JSON.stringify(index))};\n`;
}

async function bundle(name: string, outDir: string): Promise<readonly string[]> {
  const build = await rolldown({ input: join(BROWSER_DIR, `${name}.ts`), platform: "browser" });
  const { output } = await build.write({
    file: join(outDir, `assets/${name}.js`),
    format: "iife",
    minify: true,
  });
  await build.close();
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}
