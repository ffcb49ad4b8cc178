import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const COMPRESSIBLE = [".html", ".js", ".css", ".svg", ".md"];
/** Below this a compressed copy saves nothing that matters. */
const COMPRESS_FROM_BYTES = 1_024;
/** The highest level takes four times as long for three percent. */
const BROTLI_LEVEL = 9;

/**
 * Leaves a folder's larger texts in Brotli's form alone: `x.js` becomes `x.js.br`, which the server
 * unpacks for clients that don't take it so. `plain` stays as it is.
 */
export async function compressFiles(folder: string, plain: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && COMPRESSIBLE.includes(extname(entry.name)))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => file !== join(folder, plain));
  await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file);
      if (bytes.length < COMPRESS_FROM_BYTES) return;
      const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_LEVEL };
      await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, { params }));
      await rm(file);
    }),
  );
}
