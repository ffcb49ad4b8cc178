import { namesMeant } from "@rolecast/policy";
import { ownValue } from "../../shared/own-value.ts";

/** An action that its service doesn't have. */
export interface MisnamedAction {
  readonly written: string;
  /** The actions of the same service that may have been meant, the nearest first. */
  readonly meant: readonly string[];
}

/** More of them are a list of the service's actions rather than an answer. */
const MEANT_MAX = 3;

/**
 * The actions that a service doesn't have, of services whose actions are known; IAM's simulator
 * decides on them like on any other. Names with wildcards are patterns.
 */
export function misnamedActions(
  written: readonly string[],
  known: Readonly<Record<string, readonly string[]>>,
): readonly MisnamedAction[] {
  return [...new Set(written)].flatMap((action) => {
    const colon = action.indexOf(":");
    const service = action.slice(0, Math.max(colon, 0)).toLowerCase();
    const name = action.slice(colon + 1);
    const names = ownValue(known, service);
    if (names === undefined || /[*?]/.test(name)) return [];
    const wanted = name.toLowerCase();
    if (names.some((one) => one.toLowerCase() === wanted)) return [];
    const begun = wanted === "" ? [] : names.filter((one) => one.toLowerCase().startsWith(wanted));
    const near = [...new Set([...namesMeant(name, names), ...begun])].slice(0, MEANT_MAX);
    return [{ written: action, meant: near.map((one) => `${service}:${one}`) }];
  });
}
