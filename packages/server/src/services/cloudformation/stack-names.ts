import { formatArn, splitArn } from "../../kernel/arn.ts";
import type { Ids } from "../../kernel/ids.ts";

export interface Place {
  readonly account_id: string;
  readonly region: string;
}

export function stackArn({ account_id, region }: Place, name: string, id: string): string {
  const resource = `stack/${name}/${id}`;
  return formatArn({ service: "cloudformation", region, accountId: account_id, resource });
}

export function changeSetArn({ account_id, region }: Place, name: string, ids: Ids): string {
  const resource = `changeSet/${name}/${ids.uuid()}`;
  return formatArn({ service: "cloudformation", region, accountId: account_id, resource });
}

export function isArn(text: string): boolean {
  return text.startsWith("arn:");
}

/** The name in a stack's or change set's ARN; another text as it is. */
export function nameIn(text: string): string {
  return splitArn(text)?.resource.split("/")[1] ?? text;
}

/** The pair's resource for a stack that isn't there: `stack/<name>/*`. */
export function unknownStackArn(place: Place, text: string): string {
  return isArn(text) ? text : stackArn(place, text, "*");
}
