import type { PermissionUse } from "../../../kernel/ports/permission-uses.ts";
import type { UnusedService } from "../finding/finding-body.ts";
import type { ActionsByService } from "./granted-actions.ts";

/** The uses of a user's or role's permissions, and since when they count. */
export interface ServiceUses {
  readonly uses: readonly Pick<PermissionUse, "action" | "lastMs">[];
  readonly sinceMs: number;
}

/** A service that was used at all is shown with the actions that weren't. */
export function unusedServices(
  granted: ActionsByService,
  { uses, sinceMs }: ServiceUses,
): readonly UnusedService[] {
  const lastByAction = new Map<string, number>();
  const lastByService = new Map<string, number>();
  for (const { action, lastMs } of uses) {
    const [service = ""] = action.split(":");
    const name = action.toLowerCase();
    lastByAction.set(name, Math.max(lastByAction.get(name) ?? 0, lastMs));
    lastByService.set(service, Math.max(lastByService.get(service) ?? 0, lastMs));
  }
  return [...granted].sort().flatMap(([service, actions]): UnusedService[] => {
    const lastMs = lastByService.get(service);
    const accessed = lastMs === undefined ? {} : { lastAccessedMs: lastMs };
    if (lastMs === undefined || lastMs <= sinceMs) return [{ service, ...accessed }];
    const unused = [...actions].sort().flatMap((name) => {
      const usedMs = lastByAction.get(`${service}:${name}`.toLowerCase());
      if (usedMs !== undefined && usedMs > sinceMs) return [];
      return [{ action: name, ...(usedMs !== undefined && { lastAccessedMs: usedMs }) }];
    });
    return unused.length === 0 ? [] : [{ service, actions: unused }];
  });
}
