import { join } from "node:path";
import { rolldown } from "rolldown";
import { buildGoProgram } from "../../test/support/go-program.ts";

/** The command of our forwarder, bundled as it is shipped: the sources' loader costs more. */
export async function builtForwarder(folder: string): Promise<readonly string[]> {
  const input = join(import.meta.dirname, "our-forwarder.ts");
  const bundle = await rolldown({ input, platform: "node" });
  const entry = "our-forwarder.mjs";
  await bundle.write({ dir: folder, entryFileNames: entry });
  await bundle.close();
  return [process.execPath, join(folder, entry)];
}

/** Builds one of the programs in Go; returns its path. */
export function builtProgram(name: "peers" | "pion", folder: string): string {
  const program = join(folder, name);
  buildGoProgram(join(import.meta.dirname, name), program);
  return program;
}
