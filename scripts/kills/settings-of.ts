import type { Model } from "./model.ts";
import type { Node } from "./node.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeSetting, readSettings, type Settings, type SettingsTable } from "./settings.ts";

interface Prepared {
  /** How many things; 1 where it is the account's only one. */
  readonly keys?: number;
  /** Makes them, before the first kill. */
  prepare?(at: Node, keys: readonly string[]): Promise<void>;
}

/** A model of the settings of things that stay. Without any setting a thing isn't there. */
export function settingsOf(
  name: string,
  table: SettingsTable<string>,
  { keys = 1, prepare }: Prepared = {},
): Model {
  const all = Array.from({ length: keys }, (_, index) => `k${index}`);
  const orNone = (settings: Settings) =>
    Object.keys(settings).length === 0 ? undefined : settings;
  return remembered<Settings>({
    ...{ name, keys },
    ...(prepare && { prepare: (at: Node) => prepare(at, all) }),
    change(key, settings, chance): Change<Settings> {
      const changed = changeSetting(table, settings ?? {}, { what: key, of: key }, chance);
      return { ...changed, after: () => orNone(changed.after() ?? {}) };
    },
    async read(at) {
      const there = new Map<string, Settings>();
      for (const key of all) {
        const settings = orNone(await readSettings(table, at, key));
        if (settings) there.set(key, settings);
      }
      return there;
    },
  });
}
