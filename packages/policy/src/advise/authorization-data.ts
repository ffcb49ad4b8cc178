import { ownValue } from "../own-value.ts";

/** The facts of AWS's Service Authorization Reference that advice needs. */
export interface AuthorizationData {
  /** By their prefixes in actions: "s3". */
  readonly services: Readonly<Record<string, ServiceAuthorization>>;
  /** The types of global condition keys by their names: "aws:SourceIp" to "IPAddress". */
  readonly globalKeys: Readonly<Record<string, string>>;
  /** The prefixes of the services that resource control policies reach. */
  readonly rcpServices: readonly string[];
}

export interface ServiceAuthorization {
  /** By their names, as AWS spells them: "GetObject". */
  readonly actions: Readonly<Record<string, ServiceAction>>;
  /** ARN templates by the types of resources: "arn:${Partition}:s3:::${BucketName}". */
  readonly resources: Readonly<Record<string, string>>;
  /** The types of the service's own condition keys by their names: "s3:prefix" to "String". */
  readonly keys: Readonly<Record<string, string>>;
}

export interface ServiceAction {
  /** The types of resources that it is about; empty if it knows none, so that only "*" fits. */
  readonly resources: readonly string[];
  /** The condition keys of its requests beside the global ones, and the global ones of tags. */
  readonly keys: readonly string[];
}

/** A key as data has it ("aws:ResourceTag/${TagKey}") begins all keys of its kind. */
const PLACEHOLDER = /(?:\$\{[^}]*\}|<[^>]*>|tag-key).*$/;

/** Whether a key of a policy is the one that data names; both in any case. */
export function isKeyNamed(written: string, known: string): boolean {
  const start = known.replace(PLACEHOLDER, "").toLowerCase();
  const name = written.toLowerCase();
  return start.length === known.length ? name === start : name.startsWith(start);
}

/** A service's action by its name in any case. */
export function actionNamed(
  { actions }: ServiceAuthorization,
  name: string,
): (ServiceAction & { readonly name: string }) | undefined {
  const exact = ownValue(actions, name);
  if (exact) return { ...exact, name };
  const lowerCased = name.toLowerCase();
  const found = Object.keys(actions).find((each) => each.toLowerCase() === lowerCased);
  const action = found === undefined ? undefined : ownValue(actions, found);
  return found !== undefined && action ? { ...action, name: found } : undefined;
}
