import { setFlagsFromString } from "node:v8";

/**
 * Has V8 optimize only what runs fifteen times longer than it usually asks for. Most code runs a
 * few times in a test: compiling it took three times as long as it then ran. Newer versions of Node
 * have a cheaper compiler in between, and another flag.
 */
if (process.version.startsWith("v20.")) setFlagsFromString("--interrupt-budget=1000000");
