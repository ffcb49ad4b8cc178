import { matchesActionPattern } from "../compile/action-matcher.ts";
import type { PolicyStatement } from "../document/policy-document.ts";
import { nameMeant } from "../spelling.ts";
import {
  type AuthorizationData,
  actionNamed,
  type ServiceAction,
  type ServiceAuthorization,
} from "./authorization-data.ts";
import type { Advice } from "./policy-warning.ts";

/** An action of a statement that AWS has. */
export interface NamedAction extends ServiceAction {
  /** "s3:GetObject" */
  readonly name: string;
  readonly service: ServiceAuthorization;
  /** The text in the statement, with wildcards. */
  readonly written: string;
}

/** Operations whose permission has another name. Source: "Actions" of S3's API reference. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  "s3:createmultipartupload": "s3:PutObject",
  "s3:completemultipartupload": "s3:PutObject",
  "s3:copyobject": "s3:PutObject",
  "s3:deleteobjects": "s3:DeleteObject",
  "s3:headbucket": "s3:ListBucket",
  "s3:headobject": "s3:GetObject",
  "s3:listbuckets": "s3:ListAllMyBuckets",
  "s3:listmultipartuploads": "s3:ListBucketMultipartUploads",
  "s3:listobjects": "s3:ListBucket",
  "s3:listobjectsv2": "s3:ListBucket",
  "s3:listobjectversions": "s3:ListBucketVersions",
  "s3:uploadpart": "s3:PutObject",
};

/** Advice on a statement's actions, and those among them that there are. */
export function adviseActions(
  { action: { values } }: PolicyStatement,
  data: AuthorizationData,
): { readonly advice: readonly Advice[]; readonly known: readonly NamedAction[] } {
  const advice: Advice[] = [];
  const known: NamedAction[] = [];
  for (const written of values) {
    const colon = written.indexOf(":");
    const prefix = written.slice(0, colon).toLowerCase();
    // "*" is every action, and what has wildcards in its service may be any.
    if (colon < 0 || /[*?]/.test(prefix)) continue;
    const service = data.services[prefix];
    if (!service) {
      const meant = nameMeant(prefix, Object.keys(data.services));
      advice.push({
        code: "NoSuchService",
        message: `AWS lists no service \`${prefix}\`${didYouMean(meant)}`,
        about: written,
      });
      continue;
    }
    const found = actionsOf(prefix, service, written);
    known.push(...found);
    if (found.length === 0) advice.push(noSuchAction(prefix, service, written));
  }
  return { advice, known };
}

function actionsOf(
  prefix: string,
  service: ServiceAuthorization,
  written: string,
): readonly NamedAction[] {
  const name = written.slice(prefix.length + 1);
  if (!/[*?]/.test(name)) {
    const action = actionNamed(service, name);
    return action ? [{ ...action, name: `${prefix}:${action.name}`, service, written }] : [];
  }
  return Object.entries(service.actions)
    .filter(([each]) => matchesActionPattern(written, `${prefix}:${each}`))
    .map(([each, action]) => ({ ...action, name: `${prefix}:${each}`, service, written }));
}

function noSuchAction(prefix: string, service: ServiceAuthorization, written: string): Advice {
  const code = "NoSuchAction";
  if (/[*?]/.test(written)) {
    return { code, message: `No action of \`${prefix}\` matches \`${written}\``, about: written };
  }
  const meant =
    OTHER_NAMES[written.toLowerCase()] ??
    prefixed(prefix, nameMeant(written.slice(prefix.length + 1), Object.keys(service.actions)));
  return {
    code,
    message: `AWS lists no action \`${written}\`${didYouMean(meant)}`,
    about: written,
  };
}

function prefixed(prefix: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${prefix}:${name}`;
}

/** "; did you mean `s3:GetObject`?", or nothing. */
export function didYouMean(meant: string | undefined): string {
  return meant === undefined ? "" : `; did you mean \`${meant}\`?`;
}
