import { join, relative } from "node:path";
import { buildSite } from "./build-site.ts";

const root = join(import.meta.dirname, "../..");
const outDir = process.argv[2] ?? join(root, "dist/docs");
await buildSite(root, outDir);
console.log(`Written: ${relative(process.cwd(), join(outDir, "index.html"))}`);
