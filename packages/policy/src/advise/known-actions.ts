import type { DataIndex, IndexedAction, IndexedService } from "../checks/data-index.ts";
import type { ListElement } from "../checks/subject.ts";
import { actionPattern } from "../compile/action-matcher.ts";

/** An action of a statement that AWS has. */
export interface KnownAction extends IndexedAction {
  readonly service: IndexedService;
  /** The item in the statement, which may have wildcards. */
  readonly item: ListElement["items"][number];
}

/** Those of a statement's actions that there are; patterns stand for all that they cover. */
export function knownActions(
  action: ListElement | undefined,
  data: DataIndex,
): readonly KnownAction[] {
  return (action?.items ?? []).flatMap((item) => {
    const { value } = item;
    const colon = value.indexOf(":");
    const service = colon < 0 ? undefined : data.service(value.slice(0, colon));
    if (!service) return [];
    const name = value.slice(colon + 1);
    const covers = actionPattern(value);
    const exact = service.actions.get(name.toLowerCase());
    const found = /[*?]/.test(name)
      ? [...service.actions.values()].filter((each) => covers(each.name))
      : exact
        ? [exact]
        : [];
    return found.map((each) => ({ ...each, service, item }));
  });
}
