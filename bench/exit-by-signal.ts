import { constants } from "node:os";

/**
 * A benchmark that a signal ends exits, so that the folders of `removeAtExit` go with it; the
 * programs that it has started by `withParent` end then too.
 */
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(name, () => process.exit(128 + constants.signals[name]));
