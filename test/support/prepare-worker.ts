import { setFlagsFromString } from "node:v8";
import fc from "fast-check";

// Most code runs a few times in a test: compiling it took three times as long as it then ran. V8
// optimizes what runs fifteen times longer than it usually asks for. Newer versions of Node have a
// cheaper compiler in between, and another flag.
if (process.version.startsWith("v20.")) setFlagsFromString("--interrupt-budget=1000000");

// A property that names a size means it: by itself fast-check makes ten entries at most.
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });
