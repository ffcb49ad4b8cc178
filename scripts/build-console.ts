import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

const PAGE = "index.html";

/** Builds the console into `outDir`; returns its modules. */
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
