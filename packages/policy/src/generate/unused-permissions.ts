import { canNameResource } from "../advise/arn-overlap.ts";
import { matchesActionPattern } from "../compile/action-matcher.ts";
import { compilePolicy } from "../compile/compile-policy.ts";
import type { RecordedCall } from "./generate-policy.ts";

/** An Allow of which something wasn't needed. */
export interface UnusedStatement {
  /** From 0. */
  index: number;
  sid: string | undefined;
  /** No call needed any of it. */
  isUnused: boolean;
  /** Its actions and resources, as they are written, that no call needed. */
  actions: readonly string[];
  resources: readonly string[];
}

export interface UnusedPermissions {
  /** In the document's order; Denies, and statements that were needed whole, aren't in it. */
  statements: readonly UnusedStatement[];
  /** The policy without what wasn't needed; undefined if no Allow was needed. */
  reduced: string | undefined;
}

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

/**
 * Finds what recorded calls didn't need of a policy: whole statements, and actions and resources of
 * the others. Conditions are taken to hold, and a policy variable for any text, so that nothing is
 * called unused that a call may have needed.
 *
 * @throws PolicyCompileError
 */
export function unusedPermissions(
  document: string,
  calls: Iterable<RecordedCall>,
): UnusedPermissions {
  compilePolicy(document, { kind: "identity", id: "policy", managed: false });
  const { Statement: written, ...rest } = JSON.parse(document) as {
    readonly Statement: Statement | readonly Statement[];
  };
  const needed = distinct(calls);
  const all = ([] as Statement[]).concat(written);
  const looked = all.map((statement, index) => lookAt(statement, index, needed));
  const kept = looked.flatMap(({ reduced }) => reduced ?? []);
  const isAllowing = kept.some(({ Effect }) => Effect === "Allow");
  return {
    statements: looked.flatMap(({ unused }) => unused ?? []),
    reduced: isAllowing ? JSON.stringify({ ...rest, Statement: kept }, undefined, 2) : undefined,
  };
}

/** Each action and resource once, however often it was called. */
function distinct(calls: Iterable<RecordedCall>): readonly RecordedCall[] {
  const found = new Map<string, RecordedCall>();
  for (const call of calls) {
    found.set(`${call.action.toLowerCase()} ${call.resource}`, call);
  }
  return [...found.values()];
}

interface Looked {
  readonly unused?: UnusedStatement;
  readonly reduced?: Statement;
}

function lookAt(statement: Statement, index: number, calls: readonly RecordedCall[]): Looked {
  if (statement.Effect !== "Allow") {
    return { reduced: statement };
  }
  const { Action, Resource, Sid: sid } = statement;
  const own = calls.filter((call) => hasAction(statement, call) && hasResource(statement, call));
  const actions = listed(Action).filter((action) => !own.some((call) => isOf(action, call)));
  const resources = listed(Resource).filter(
    (resource) => !own.some((call) => canNameResource(resource, call.resource)),
  );
  if (own.length > 0 && actions.length + resources.length === 0) {
    return { reduced: statement };
  }
  const unused = { index, sid, isUnused: own.length === 0, actions, resources };
  const reduced = {
    ...statement,
    ...(actions.length > 0 && { Action: listed(Action).filter((each) => !actions.includes(each)) }),
    ...(resources.length > 0 && {
      Resource: listed(Resource).filter((each) => !resources.includes(each)),
    }),
  };
  return own.length === 0 ? { unused } : { unused, reduced };
}

function hasAction({ Action, NotAction }: Statement, call: RecordedCall): boolean {
  return NotAction === undefined
    ? listed(Action).some((action) => isOf(action, call))
    : !listed(NotAction).some((action) => isOf(action, call));
}

/** Whether it may be about the call's resource; NotResource is taken to be. */
function hasResource({ Resource }: Statement, { resource }: RecordedCall): boolean {
  return Resource === undefined || listed(Resource).some((each) => canNameResource(each, resource));
}

function isOf(pattern: string, { action }: RecordedCall): boolean {
  return matchesActionPattern(pattern, action);
}

function listed(element: string | readonly string[] | undefined): readonly string[] {
  return element === undefined ? [] : [element].flat();
}
