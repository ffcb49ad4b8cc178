import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { withMember } from "./pages.ts";
import type { Change } from "./remembered.ts";

/** One setting of a thing. It has a value of its own, or none. */
export interface Setting<Of> {
  /** One of the values that it may get. */
  value(chance: Chance): string;
  put(at: Node, of: Of, value: string): Promise<unknown>;
  /** Left out where it can't be taken away. */
  remove?(at: Node, of: Of): Promise<unknown>;
  /** Undefined, or an error that ABSENT knows, where it has no value. */
  read(at: Node, of: Of): Promise<string | undefined>;
}

export type SettingsTable<Of> = Readonly<Record<string, Setting<Of>>>;
/** Values by the settings' names. */
export type Settings = Readonly<Record<string, string>>;

/** Names of the errors that say that a setting has no value. */
const ABSENT = /^NoSuch(?!Bucket$|Key$|Upload$)|NotFound(?:Error|Exception)?$/;

/** Any number of up to six digits, as text. */
export const number = (chance: Chance) => String(1 + chance.below(1e6));

/** Gives one of the settings another value, or takes it away. */
export function changeSetting<Of>(
  table: SettingsTable<Of>,
  settings: Settings,
  { what, of }: { readonly what: string; readonly of: Of },
  chance: Chance,
): Change<Settings> {
  const [name, setting] = chance.one(Object.entries(table));
  const { remove } = setting;
  const value = setting.value(chance);
  const isAgain = settings[name] === value;
  if (remove !== undefined && name in settings && (isAgain || chance.rarely(3)))
    return {
      says: `remove ${name} of ${what}`,
      send: (at) => remove(at, of),
      after: () => withMember(settings, name, undefined),
    };
  return {
    says: `put ${name} of ${what} ${value}`,
    send: (at) => setting.put(at, of, value),
    after: () => withMember(settings, name, value),
  };
}

export async function readSettings<Of>(
  table: SettingsTable<Of>,
  at: Node,
  of: Of,
): Promise<Settings> {
  const settings: Record<string, string> = {};
  for (const [name, setting] of Object.entries(table)) {
    const value = await setting.read(at, of).catch((error: Error) => {
      if (ABSENT.test(error.name)) return undefined;
      throw error;
    });
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}
