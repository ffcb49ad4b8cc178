import module from "node:module";

// Only newer versions of Node run them beside what they load, which saves a thread.
if (module.registerHooks) module.registerHooks(await import("./hooks.mjs"));
else module.register("./hooks.mjs", import.meta.url);
