#!/usr/bin/env node
"use strict";
const { enableCompileCache, flushCompileCache } = require("node:module");
const { homedir } = require("node:os");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");

// V8 lets a small heap grow by little more than a third before it looks through it, which cost the
// whole product 5 to 7 %. Percent; V8 itself goes up to 300. Kept code is for the same flags alone.
setFlagsFromString("--heap-growing-percent=200");

// Compiling is a third of a start, so compiled code is kept, in a folder of the user alone, since
// others could put code into one below /tmp. Where it can't be made, node goes on without.
const caches = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
const folder = process.env.NODE_COMPILE_CACHE || join(caches, "rolecast");
let keep = flushCompileCache;
if (enableCompileCache) enableCompileCache(folder);
else if (!process.env.NODE_DISABLE_COMPILE_CACHE) keep = require("./kept-code.js").keepCode(folder);
// At exit, too; but V8 drops the code of what hasn't run for a while, and a file's runs once.
if (keep) setTimeout(keepAndPrune, 1_500).unref();
require("../dist/rolecast.cjs");

function keepAndPrune() {
  keep();
  // A folder that the user has named may have other programs' code.
  if (!process.env.NODE_COMPILE_CACHE) require("./prune-kept-code.js").pruneKeptCode(folder);
}
