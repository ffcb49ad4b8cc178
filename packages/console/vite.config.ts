import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { policyWords } from "./policy-words.ts";

/** The server serves the files below this path (packages/server/src/gateway/console-files.ts). */
const BASE = "/_rolecast/console/";

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

export default defineConfig({
  root: import.meta.dirname,
  base: BASE,
  logLevel: "warn",
  plugins: [withoutFonts, policyWords],
  build: {
    outDir: fileURLToPath(new URL("../cli/dist/console", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      // Cloudscape marks its modules for servers that render React; there is none here.
      checks: { moduleLevelDirective: false },
      // Modules that most pages share are in one file: as many small ones they compress worse.
      output: { codeSplitting: { groups: [{ name: "base", minShareCount: PAGES_SHARING }] } },
    },
  },
});
