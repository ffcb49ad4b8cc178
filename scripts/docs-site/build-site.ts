import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import MiniSearch from "minisearch";
import { rolldown } from "rolldown";
import { SEARCH_OPTIONS, type SearchDocument } from "./browser/search-document.ts";
import { pageHtml } from "./layout.ts";
import { fileTarget, renderPage } from "./markdown.ts";
import { readNavigation, readSources } from "./pages.ts";

const BROWSER_DIR = join(import.meta.dirname, "browser");
const ICON = "packages/console/public/rolecast.svg";

/**
 * Writes the documentation of the repository at `root` as a folder of files that needs no server:
 * scripts are classic ones and the search index is one of them, since a page from the file system
 * may neither import modules nor fetch. Returns the modules that the browser gets.
 */
export async function buildSite(root: string, outDir: string): Promise<readonly string[]> {
  await rm(outDir, { recursive: true, force: true });
  const sources = readSources(root);
  const navigation = readNavigation(sources);
  const files = new Set<string>();
  const documents: SearchDocument[] = [];
  for (const source of sources) {
    const page = renderPage(source, sources);
    await write(join(outDir, source.target), pageHtml(source, page, navigation));
    for (const file of page.files) files.add(file);
    for (const { id, depth, text, words } of page.passages) {
      const address = depth === 1 ? source.target : `${source.target}#${id}`;
      documents.push({ id: address, page: page.title, heading: text, words });
    }
  }
  for (const file of files) await cp(join(root, file), join(outDir, fileTarget(file)));
  await cp(join(BROWSER_DIR, "site.css"), join(outDir, "assets/site.css"));
  await cp(join(root, ICON), join(outDir, "assets/icon.svg"));
  await write(join(outDir, "assets/search-index.js"), searchIndex(documents));
  const modules = await Promise.all(["theme", "site"].map((name) => bundle(name, outDir)));
  return modules.flat();
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

function searchIndex(documents: readonly SearchDocument[]): string {
  const index = new MiniSearch<SearchDocument>(SEARCH_OPTIONS);
  index.addAll(documents);
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
