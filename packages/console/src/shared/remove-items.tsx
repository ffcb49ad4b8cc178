import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { type Aws, useAws } from "../wire/aws-context.tsx";
import { DeleteModal } from "./delete-modal.tsx";
import { useNotices } from "./notices.tsx";
import { type Run, removeAll } from "./remove-all.ts";

/** How the items of a list are deleted. */
export interface Removal<Item> {
  /** The noun: "channel". */
  readonly one: string;
  readonly nameOf: (item: Item) => string;
  readonly remove: (aws: Aws, item: Item, run: Run) => Promise<void>;
  /** Shown before: what goes along, what stays. */
  readonly consequences?: ReactNode | ((items: readonly Item[]) => ReactNode);
  /** It can be put back as it was: no word is asked for. */
  readonly reversible?: boolean;
  /** "Detach"; left out: "Delete". */
  readonly verb?: string;
  /** The list's button, where it says more than the verb. */
  readonly button?: string;
  /** "detached"; left out: "deleted". */
  readonly done?: string;
}

/** The deletion of things by their names, for items that have them. */
export function forItems<Item>(
  removal: Removal<string>,
  nameOf: (item: Item) => string,
): Removal<Item> {
  const { consequences } = removal;
  return {
    ...removal,
    nameOf: (item) => removal.nameOf(nameOf(item)),
    remove: (aws, item, run) => removal.remove(aws, nameOf(item), run),
    consequences:
      typeof consequences === "function"
        ? (items) => consequences(items.map(nameOf))
        : consequences,
  };
}

/** The names that a question shows; of more only the number. */
const NAMES_MAX = 10;

/** Asks, deletes one after the other with progress, and says what was refused. */
export function RemoveItems<Item>(props: {
  readonly removal: Removal<Item>;
  readonly items: readonly Item[];
  readonly plural: string;
  /** Some may be gone: the list is read again. */
  readonly onRemoved?: () => void;
  /** All are gone. */
  readonly onDone?: () => void;
  readonly onClose: () => void;
}) {
  const { removal, items, plural, onRemoved, onDone, onClose } = props;
  const { one, nameOf, remove, consequences, verb = "Delete", done: past = "deleted" } = removal;
  const aws = useAws();
  const { done } = useNotices();
  const [first] = items;
  const what =
    items.length === 1 && first !== undefined
      ? `${one} ${nameOf(first)}`
      : `${items.length.toLocaleString("en")} ${plural}`;
  const shown = items.slice(0, NAMES_MAX).map(nameOf);
  const rest = items.length - shown.length;
  return (
    <DeleteModal
      what={what}
      verb={verb}
      reversible={removal.reversible === true}
      consequences={
        <SpaceBetween size="s">
          {items.length > 1 && (
            <Box>
              {shown.join(", ")}
              {rest > 0 && ` and ${rest.toLocaleString("en")} more`}
            </Box>
          )}
          {(typeof consequences === "function" ? consequences(items) : consequences) ??
            (!removal.reversible && <Box>This can't be undone.</Box>)}
        </SpaceBetween>
      }
      onClose={onClose}
      onDelete={async (run) => {
        const each = (item: Item, itsRun: Run) => remove(aws, item, itsRun);
        const gone = await removeAll(items, nameOf, each, run).finally(onRemoved);
        const verbed = items.length === 1 ? "is" : "are";
        done(
          gone < items.length
            ? `Stopped: ${gone} of ${items.length} ${plural} are ${past}.`
            : `${what.charAt(0).toUpperCase()}${what.slice(1)} ${verbed} ${past}.`,
        );
        if (gone === items.length) onDone?.();
      }}
    />
  );
}
