#!/usr/bin/env node
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Compiling is a third of a start. Node 22 and later keep what they compiled, here in a folder of
// the user alone, since others could put code into one below /tmp. Where it can't be made, node
// goes on without.
const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE || join(cache, "rolecast"));
await import("../dist/rolecast.js");
