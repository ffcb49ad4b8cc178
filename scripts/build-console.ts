import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build } from "vite";

/** It is small, and the server writes into it (gateway/console-files.ts). */
const PAGE = "index.html";
const COMPRESSIBLE = [".html", ".js", ".css", ".svg"];
/** Below this a compressed copy saves nothing that matters. */
const COMPRESS_FROM_BYTES = 1_024;
/** The highest level takes four times as long for three percent. */
const BROTLI_LEVEL = 9;

/** Builds the console into `outDir`, compressed; returns its modules. */
export async function buildConsole(root: string, outDir: string): Promise<readonly string[]> {
  const result = await build({
    configFile: join(root, "vite.config.ts"),
    build: { outDir, emptyOutDir: true },
  });
  const outputs = Array.isArray(result) ? result : "output" in result ? [result] : [];
  const chunks = outputs.flatMap(({ output }) =>
    output.flatMap((chunk) => (chunk.type === "chunk" ? [chunk] : [])),
  );
  for (const chunk of chunks) requireAnnouncements(chunk);
  await nameHashes(join(outDir, PAGE), outDir);
  await compressFiles(outDir);
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

interface Chunk {
  readonly fileName: string;
  readonly code: string;
  /** The files of the chunks that it loads by `import()`. */
  readonly dynamicImports: readonly string[];
}

/**
 * Refuses a chunk that loads another one without announcing it: the page's policy would refuse that
 * one in every browser. Vite's list of what a chunk announces is the only place with whole paths.
 */
function requireAnnouncements({ fileName, code, dynamicImports }: Chunk): void {
  const others = dynamicImports.filter((loaded) => loaded !== fileName);
  const unannounced = others.filter((loaded) => !code.includes(`"${loaded}"`));
  if (unannounced.length > 0)
    throw new Error(`${fileName} loads ${unannounced.join(", ")}, which it doesn't announce`);
}

/**
 * Has the page name the hash of each script that it loads: the browser refuses another one, and the
 * server makes the page's Content-Security-Policy of them (gateway/console-policy.ts).
 */
async function nameHashes(page: string, outDir: string): Promise<void> {
  let html = await readFile(page, "utf8");
  const loaded = [...html.matchAll(/(?:src|href)="\/_rolecast\/console\/(assets\/[\w.-]+\.js)"/g)];
  for (const [attribute, name = ""] of loaded) {
    const hash = createHash("sha384").update(await readFile(join(outDir, name)));
    html = html.replace(
      attribute,
      () => `${attribute} integrity="sha384-${hash.digest("base64")}"`,
    );
  }
  await writeFile(page, html);
}

async function compressFiles(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) =>
      entry.isFile() &&
      COMPRESSIBLE.includes(extname(entry.name)) &&
      join(entry.parentPath, entry.name) !== join(folder, PAGE),
  );
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      const bytes = await readFile(file);
      if (bytes.length < COMPRESS_FROM_BYTES) return;
      const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_LEVEL };
      await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, { params }));
      // Servers unpack a script for a client that doesn't take it so; the page's policy is read.
      if (extname(name) !== ".html") await rm(file);
    }),
  );
}
