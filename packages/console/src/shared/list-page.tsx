import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import type { AwsClients } from "../wire/aws-clients.ts";
import { useList } from "../wire/use-list.ts";
import { Page } from "./page.tsx";
import { ResourceTable, type ResourceTableProps } from "./resource-table.tsx";

export interface FormProps {
  readonly onClose: () => void;
  /** Something was created: the list is read again. */
  readonly onCreated: () => void;
}

type TableProps<Item> = Pick<
  ResourceTableProps<Item>,
  "plural" | "columns" | "idOf" | "removal" | "actions"
>;

/** The page of a service's list, as its description says: what is read, shown and created. */
export function ListPage<Item extends object>(
  props: TableProps<Item> & {
    readonly title: string;
    readonly description: string;
    readonly pages: (aws: AwsClients) => AsyncIterable<readonly Item[]>;
    /** Items that are read at first. */
    readonly first?: number;
    readonly everyMs?: number;
    /** The hint when there is none: that there is none, and what it would be for. */
    readonly none: readonly [title: string, hint: string];
    readonly create?: {
      readonly button: string;
      readonly form: (props: FormProps) => ReactNode;
    };
  },
) {
  const { title, description, pages, first, everyMs, none, create, actions, ...table } = props;
  const [creating, setCreating] = useState(false);
  const list = useList(table.plural, pages, {
    everyMs,
    ...(first === undefined ? {} : { first }),
  });
  const button = create && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      {create.button}
    </Button>
  );
  return (
    <Page title={title} description={description}>
      <ResourceTable<Item>
        {...table}
        call={list}
        actions={
          typeof actions === "function" ? (
            actions
          ) : (
            <>
              {actions}
              {button}
            </>
          )
        }
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>{none[0]}</b>
            <Box>{none[1]}</Box>
            {button}
          </SpaceBetween>
        }
      />
      {creating && create?.form({ onClose: () => setCreating(false), onCreated: list.reload })}
    </Page>
  );
}
