import { splitArn } from "../../../kernel/arn.ts";
import type { Authorization } from "../../../kernel/authorization.ts";
import { LruMap } from "../../../kernel/lru-map.ts";

/** A resource of a record, as `LookupEvents` shows it. */
export interface RecordedResource {
  readonly ARN: string;
  readonly accountId: string;
  readonly type: string;
}

/** `role/team/app`, `log-group:x`: the type, then the name. */
const KIND = /^([a-z-]+)[/:]./s;

/** Resources that are kept as records show them, with their records' text. */
const KEPT_MAX = 1_000;
/** IAM's limit of an ARN: a longer one that a caller names takes no memory here. */
const KEPT_CHARS_MAX = 2_048;

/** The resources of records. Records of the same resource share it. */
export class RecordedResources {
  readonly #readTypePrefixes: () => ReadonlyMap<string, string>;
  #typePrefixes: ReadonlyMap<string, string> | undefined;
  /** By ARN, whose account is the owner's. */
  readonly #kept = new LruMap<string, RecordedResource>(KEPT_MAX);

  /** `typePrefixes`: how resource types begin, by the service's name in ARNs. */
  constructor(typePrefixes: () => ReadonlyMap<string, string>) {
    this.#readTypePrefixes = typePrefixes;
  }

  /** The resources that a call was decided on: those that are named whole. */
  of(authorizations: readonly Authorization[], callerAccount: string): readonly RecordedResource[] {
    const all: RecordedResource[] = [];
    for (const { resource, resourceAccountId } of authorizations) {
      const found =
        this.#kept.get(resource) ?? this.#describe(resource, resourceAccountId || callerAccount);
      if (found) all.push(found);
    }
    return all.length > 1 ? [...new Map(all.map((each) => [each.ARN, each])).values()] : all;
  }

  #describe(resource: string, owner: string): RecordedResource | undefined {
    const arn = splitArn(resource);
    if (!arn?.resource || resource.includes("*") || resource.endsWith("/")) return undefined;
    const { service, accountId: account } = arn;
    // Of ARNs without an account, S3's, the beginning is a bucket's name.
    const [, kind = ""] = (account !== "" && KIND.exec(arn.resource)) || [];
    this.#typePrefixes ??= this.#readTypePrefixes();
    const prefix = this.#typePrefixes.get(service) ?? `AWS::${service.toUpperCase()}`;
    const type = `${prefix}::${kind === "" ? bucketOrObject(resource) : pascalCase(kind)}`;
    const described = { ARN: resource, accountId: account || owner, type };
    if (account !== "" && resource.length <= KEPT_CHARS_MAX) this.#kept.set(resource, described);
    return described;
  }
}

/** The part after the ARN's last separator; of S3's ARNs everything. */
export function resourceName(arn: string): string {
  const { service, resource = "" } = splitArn(arn) ?? {};
  return service === "s3" ? resource : resource.slice(resource.lastIndexOf("/") + 1);
}

/** S3's ARNs name no type. */
function bucketOrObject(arn: string): string {
  return arn.includes("/") ? "Object" : "Bucket";
}

function pascalCase(kind: string): string {
  if (!kind.includes("-")) return kind.charAt(0).toUpperCase() + kind.slice(1);
  return kind.split("-").map(pascalCase).join("");
}
