import { fileURLToPath } from "node:url";

/** The console's built files, next to the bundle's own. */
export const CONSOLE_DIR = fileURLToPath(new URL("./console", import.meta.url));
