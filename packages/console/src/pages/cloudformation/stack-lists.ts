import {
  paginateListStacks,
  type StackStatus,
  type StackSummary,
} from "@aws-sdk/client-cloudformation";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { cloudFormationOf } from "./stack-calls.ts";

/** Stacks that have one of the statuses. */
export function stackPages(
  aws: AwsClients,
  StackStatusFilter: StackStatus[],
): AsyncIterable<readonly StackSummary[]> {
  const client = cloudFormationOf(aws);
  return pagesOf(
    paginateListStacks({ client }, { StackStatusFilter }),
    (page) => page.StackSummaries,
  );
}

export function activeStacks(aws: AwsClients): Promise<readonly StackSummary[]> {
  return allPages(stackPages(aws, ACTIVE), (page) => page);
}

export const DELETED: StackStatus[] = ["DELETE_COMPLETE"];

/** Every status but that of deleted stacks. */
export const ACTIVE: StackStatus[] = [
  "CREATE_IN_PROGRESS",
  "CREATE_FAILED",
  "CREATE_COMPLETE",
  "ROLLBACK_IN_PROGRESS",
  "ROLLBACK_FAILED",
  "ROLLBACK_COMPLETE",
  "DELETE_IN_PROGRESS",
  "DELETE_FAILED",
  "UPDATE_IN_PROGRESS",
  "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
  "UPDATE_COMPLETE",
  "UPDATE_FAILED",
  "UPDATE_ROLLBACK_IN_PROGRESS",
  "UPDATE_ROLLBACK_FAILED",
  "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
  "UPDATE_ROLLBACK_COMPLETE",
  "REVIEW_IN_PROGRESS",
  "IMPORT_IN_PROGRESS",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_IN_PROGRESS",
  "IMPORT_ROLLBACK_FAILED",
  "IMPORT_ROLLBACK_COMPLETE",
];
