import type { Invoke } from "../kernel/invoke.ts";
import type { ResourceTypes } from "../kernel/resources.ts";
import { applySeed } from "./apply-seed.ts";
import type { RootAccount } from "./root-accounts.ts";
import { loadSeed } from "./seed-file.ts";
import type { Config } from "./settings.ts";

/** Reads the seed file, so that a mistake in it stops the start. Returns what applies the seed. */
export async function prepareSeed(
  config: Config,
  accounts: readonly RootAccount[],
  invoke: Invoke,
  types: Pick<ResourceTypes, "find">,
) {
  const { seed: file } = config;
  if (file === undefined) return async () => {};
  const seed = await loadSeed(
    file,
    accounts.map(({ id }) => id),
  );
  return () => applySeed(seed, invoke, types);
}
