import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { policyWords } from "./policy-words.ts";

/** The server serves the files below this path (packages/server/src/gateway/console-files.ts). */
const BASE = "/_rolecast/console/";

/** Modules that a first visit runs at once, and those that it waits for after it is shown. */
const FIRST = ["main.tsx", "pages/overview/overview-page.tsx"];
const CALLS = [
  "wire/aws-clients.ts",
  "wire/caller-identity.ts",
  "pages/overview/overview-calls.ts",
];

interface ModuleGraph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** Puts the entries, and all that they import, into one file: it loads faster than many. */
function oneFile(name: string, entries: readonly string[]) {
  let ids: Set<string> | undefined;
  const reached = (graph: ModuleGraph) => {
    const found = new Set(
      entries.map((path) => fileURLToPath(new URL(`src/${path}`, import.meta.url))),
    );
    for (const id of found) {
      for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
    }
    return found;
  };
  return {
    debugName: name,
    name: (id: string, graph: ModuleGraph) => {
      ids ??= reached(graph);
      return ids.has(id) ? name : null;
    },
  };
}

/** The pages, of about fifty, that use a module of the shared file. */
const PAGES_SHARING = 30;

/**
 * Cloudscape's global styles hold Open Sans, eight times 17 KB of base64 in a style sheet that
 * blocks the first page. The system's own sans-serif serves as well, and needs no `data:` fonts.
 */
const withoutFonts: Plugin = {
  name: "rolecast-without-fonts",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("global-styles/index.css")) return undefined;
    return code.replace(/@font-face\s*\{[^}]*\}/g, "");
  },
};

/**
 * Cloudscape parses the address of each link that it renders, to refuse `javascript:`. A relative
 * one is an exception then, hundreds of them for a page: it is known before.
 */
const withoutExceptions: Plugin = {
  name: "rolecast-without-exceptions",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("internal/utils/check-safe-url.js")) return undefined;
    const parsed = "parsedUrl = new URL(url);";
    if (!code.includes(parsed)) throw new Error(`${id} has changed`);
    return code.replace(parsed, `if (!URL.canParse(url)) return; ${parsed}`);
  },
};

export default defineConfig({
  root: import.meta.dirname,
  base: BASE,
  logLevel: "warn",
  plugins: [withoutFonts, withoutExceptions, policyWords],
  build: {
    outDir: fileURLToPath(new URL("../cli/dist/console", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    // Browsers take no chunk by `import()` from a page whose scripts have hashes, unless it was
    // announced before (gateway/console-policy.ts). Vite announces those that need others alone.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (chunk, announced) => (announced.length > 0 ? announced : [chunk]),
    },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      // Cloudscape marks its modules for servers that render React; there is none here.
      checks: { moduleLevelDirective: false },
      output: {
        codeSplitting: {
          groups: [
            { ...oneFile("first", FIRST), priority: 2 },
            { ...oneFile("calls", CALLS), priority: 1 },
            { name: "base", minShareCount: PAGES_SHARING },
          ],
        },
      },
    },
  },
});
