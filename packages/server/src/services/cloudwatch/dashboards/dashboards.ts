import type * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { formatArn } from "../../../kernel/arn.ts";
import type { Authorization, ContextEntries } from "../../../kernel/authorization.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { pageToken, readPageToken } from "../../../kernel/page-token.ts";
import { type RequestContext, requireAccount } from "../../../kernel/request-context.ts";
import { checkedTags, requestTagKeys, resourceTagKeys } from "../access/tags.ts";
import { dashboardNotFound, invalidDashboard, invalidParameterValue } from "../errors.ts";
import {
  countDashboards,
  dashboardsAfter,
  deleteDashboard,
  findDashboard,
  writeDashboard,
} from "../rows/dashboards.ts";
import type { CloudWatchTables } from "../tables.ts";
import { checkBody } from "./check-body.ts";

const NAME = /^[0-9A-Za-z_-]{1,255}$/;
/** Ours; of their bodies each has its own limit. */
const DASHBOARDS_MAX = 1_000;
/** Source: CloudWatch API reference, ListDashboards: up to 1,000 results. */
const PAGE_SIZE = 1_000;
const MARK = "dashboards";
/** AWS says so much more than the body's bytes: it was recorded to say 240 for one of 225. */
const SIZE_BYTES = 15;

/** PutDashboard, GetDashboard, ListDashboards, DeleteDashboards. */
export const dashboardOperations: OperationTable = defineOperations<typeof cloudwatch>()({
  PutDashboard: {
    authorize: ({ DashboardName: name, Tags }, context) =>
      onDashboard("PutDashboard", name, context, requestTagKeys(Tags)),
    async handle({ DashboardName: name, DashboardBody: body, Tags }, context) {
      if (!NAME.test(name))
        throw invalidParameterValue(
          "The value for field DashboardName contains invalid characters. " +
            "It can only contain alphanumerics, dash (-) and underscore (_).\n",
        );
      checkBody(body);
      const account_id = requireAccount(context);
      const tags = JSON.stringify(checkedTags(Tags));
      await context.transaction<CloudWatchTables, void>(async ({ db }) => {
        const before = await findDashboard(account_id, name, db);
        if (!before && (await countDashboards(account_id, db)) >= DASHBOARDS_MAX)
          throw invalidDashboard(
            `The account has ${DASHBOARDS_MAX} dashboards, and may have no more.`,
          );
        const row = { account_id, name, body, tags, modified_ms: context.nowMs };
        await writeDashboard(row, db);
      });
      return { DashboardValidationMessages: [] };
    },
  },
  GetDashboard: {
    authorize: ({ DashboardName: name }, context) => onDashboard("GetDashboard", name, context),
    async handle({ DashboardName: name }, context) {
      const account = requireAccount(context);
      const row = await findDashboard(account, name, context.db<CloudWatchTables>());
      if (!row) throw dashboardNotFound(name);
      const DashboardArn = dashboardArn(account, name);
      return { DashboardArn, DashboardBody: row.body, DashboardName: name };
    },
  },
  ListDashboards: {
    authorize: () => ({ action: "cloudwatch:ListDashboards", resource: "*" }),
    async handle({ DashboardNamePrefix: prefix = "", NextToken: token }, context) {
      const [after] = token === undefined ? [""] : (readPageToken(token, MARK, ["string"]) ?? []);
      if (after === undefined) throw invalidParameterValue("The parameter NextToken is invalid.");
      const account = requireAccount(context);
      const db = context.db<CloudWatchTables>();
      // An account has no more of them than a page.
      const found = await dashboardsAfter(after, account, DASHBOARDS_MAX, db);
      const wanted = found.filter(({ name }) => name.startsWith(prefix));
      const page = wanted.slice(0, PAGE_SIZE);
      const last = page.at(-1);
      return {
        DashboardEntries: page.map(({ name, body, modified_ms }) => ({
          DashboardName: name,
          DashboardArn: dashboardArn(account, name),
          LastModified: new Date(modified_ms),
          Size: Buffer.byteLength(body) + SIZE_BYTES,
        })),
        ...(last && wanted.length > page.length ? { NextToken: pageToken(MARK, [last.name]) } : {}),
      };
    },
  },
  DeleteDashboards: {
    authorize: ({ DashboardNames: names }, context) =>
      Promise.all(names.map((name) => onDashboard("DeleteDashboards", name, context))),
    async handle({ DashboardNames: names }, context) {
      const account = requireAccount(context);
      // All or none.
      await context.transaction<CloudWatchTables, void>(async ({ db }) => {
        for (const name of names) {
          if (!(await findDashboard(account, name, db))) throw dashboardNotFound(name);
          await deleteDashboard(account, name, db);
        }
      });
      return {};
    },
  },
});

/** Dashboards are an account's in all Regions. */
export function dashboardArn(accountId: string, name: string): string {
  return formatArn({ service: "cloudwatch", region: "", accountId, resource: `dashboard/${name}` });
}

async function onDashboard(
  operation: string,
  name: string,
  context: RequestContext,
  keys: ContextEntries = {},
): Promise<Authorization> {
  const account = requireAccount(context);
  const row = await findDashboard(account, name, context.db<CloudWatchTables>());
  return {
    action: `cloudwatch:${operation}`,
    resource: dashboardArn(account, name),
    context: { ...resourceTagKeys(row?.tags), ...keys },
  };
}
