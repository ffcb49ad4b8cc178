import {
  type DashboardEntry,
  DeleteDashboardsCommand,
  paginateListDashboards,
} from "@aws-sdk/client-cloudwatch";
import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { ListPage } from "../../shared/list-page.tsx";
import type { Removal } from "../../shared/remove-items.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { cloudWatchOf } from "./metric-calls.ts";

export function DashboardsPage() {
  return (
    <ListPage
      title="Dashboards"
      description="Charts of metrics, texts and alarms on one page."
      plural="dashboards"
      pages={(aws) =>
        pagesOf(
          paginateListDashboards({ client: cloudWatchOf(aws) }, {}),
          (page) => page.DashboardEntries,
        )
      }
      idOf={({ DashboardName = "" }) => DashboardName}
      removal={REMOVAL}
      columns={COLUMNS}
      none={["No dashboards", "A stack or the AWS CLI creates them."]}
    />
  );
}

const COLUMNS: readonly Column<DashboardEntry>[] = [
  nameColumn<DashboardEntry>(
    ({ DashboardName = "" }) => DashboardName,
    ({ DashboardName = "" }) => placeOf("/cloudwatch/dashboards/:name", { name: DashboardName }),
  ),
  { id: "changed", header: "Changed", value: ({ LastModified }) => LastModified },
];

const REMOVAL: Removal<DashboardEntry> = {
  one: "dashboard",
  nameOf: ({ DashboardName = "" }) => DashboardName,
  remove: async (aws, { DashboardName = "" }) => {
    const DashboardNames = [DashboardName];
    await cloudWatchOf(aws).send(new DeleteDashboardsCommand({ DashboardNames }));
  },
};
