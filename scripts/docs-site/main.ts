import { join, relative } from "node:path";
import { buildSite } from "./build-site.ts";

/* `npm run docs:site -- FOLDER BASE`: BASE is the path below which the site will be served. */
const root = join(import.meta.dirname, "../..");
const [outDir = join(root, "dist/docs"), base = "/"] = process.argv.slice(2);
await buildSite({ root, outDir, base });
console.log(`Written: ${relative(process.cwd(), join(outDir, "index.html"))}`);
