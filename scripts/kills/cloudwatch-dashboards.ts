import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";
import { allPages, byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";

/* Dashboards: their text. */

const PREFIX = "kills-";

function change(key: string, body: string | undefined, chance: Chance): Change<string> {
  const DashboardName = PREFIX + key;
  const of = (at: Node) => at.client(CloudWatch);
  if (body !== undefined && chance.rarely(4))
    return {
      says: `DeleteDashboards ${key}`,
      send: (at) => of(at).deleteDashboards({ DashboardNames: [DashboardName] }),
      after: () => undefined,
    };
  const properties = { markdown: `text ${chance.below(1e6)}` };
  const size = { x: 0, y: 0, width: 6, height: 6 };
  const DashboardBody = JSON.stringify({ widgets: [{ type: "text", ...size, properties }] });
  return {
    says: `PutDashboard ${key} ${properties.markdown}`,
    send: (at) => of(at).putDashboard({ DashboardName, DashboardBody }),
    after: () => DashboardBody,
  };
}

async function read(at: Node): Promise<ReadonlyMap<string, string>> {
  const cloudWatch = at.client(CloudWatch);
  const listed = await allPages(
    (NextToken) => cloudWatch.listDashboards({ NextToken }),
    ({ DashboardEntries }) => DashboardEntries,
    ({ NextToken }) => NextToken,
  );
  const named: [string | undefined, string][] = [];
  for (const { DashboardName } of listed) {
    const { DashboardBody = "" } = await cloudWatch.getDashboard({ DashboardName });
    named.push([DashboardName, DashboardBody]);
  }
  return byKey(PREFIX, named);
}

export const dashboards = remembered<string>({
  ...{ name: "cloudwatch-dashboards", keys: 8, change, read },
});
