import { createHash } from "node:crypto";
import {
  type BucketAccess,
  type CompiledPolicy,
  compilePolicy,
  type ExternalAccess,
  externalAccess,
} from "@rolecast/policy";
import { LruMap } from "../../../kernel/lru-map.ts";
import { toShownPolicy } from "../../../kernel/policy-principals.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type {
  ShareableResource,
  SharedAccessPoint,
  Sharing,
} from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import type { FindingSource, FoundFinding } from "../finding/finding-body.ts";
import { type AnalyzedZone, hasControlPolicies } from "./zone.ts";

/** Resources whose analysis is remembered; one takes some hundred bytes. */
const REMEMBERED_MAX = 5_000;

export type Zone = Exclude<AnalyzedZone, { readonly disabled: unknown }>;

/** Finds who outside of a zone of trust gets to resources. */
export class ExternalFindings {
  readonly #directory: IdentityDirectory;
  /** By the digest of the documents and the zone: the same documents let the same in. */
  readonly #known = new LruMap<string, readonly ExternalAccess[]>(REMEMBERED_MAX);

  constructor(directory: IdentityDirectory) {
    this.#directory = directory;
  }

  /** @throws PolicyCompileError for a proposed document that is no policy */
  async of(
    resource: ShareableResource,
    zone: Zone,
    reader: Reader,
  ): Promise<readonly FoundFinding[]> {
    const { arn, accountId, resourceType, bucket } = resource;
    const sharings = resource.sharings.filter(({ within }) => within === undefined);
    if (sharings.length === 0) return [];
    const shown = (text: string) => toShownPolicy(text, this.#directory, reader);
    const texts: string[] = [];
    for (const { text } of sharings) texts.push(await shown(text));
    const points: SharedAccessPoint[] = [];
    for (const point of bucket?.accessPoints ?? [])
      points.push({ ...point, text: await shown(point.text) });
    const ways = bucket && { ...bucket, accessPoints: points };
    const accesses = this.#accessesOf(
      { arn, sharings, ...(ways && { bucket: ways }) },
      texts,
      zone,
    );
    const isRestricted = hasControlPolicies(zone.memberOf(accountId)?.rcpLevels);
    const restriction = isRestricted ? "APPLICABLE" : "NOT_APPLICABLE";
    return accesses.map((access): FoundFinding => {
      const { principal, actions, condition, isPublic } = access;
      const body = {
        external: {
          principal: { [principal.type]: principal.value },
          ...{ action: actions, condition, isPublic },
          ...(bucket && { sources: sourcesOf(access, sharings) }),
          restriction,
        },
      } as const;
      const subject = `${principal.type} ${principal.value}`;
      const found = { resource: arn, resourceType, ownerAccountId: accountId };
      return { type: "ExternalAccess", ...found, subject, body };
    });
  }

  #accessesOf(
    { arn, sharings, bucket }: Pick<ShareableResource, "arn" | "sharings" | "bucket">,
    texts: readonly string[],
    zone: Zone,
  ): readonly ExternalAccess[] {
    const about = [
      [...zone.accounts],
      zone.organizationId,
      sharings.map(({ kind }) => kind),
      texts,
      bucket && [arn, bucket],
    ];
    const key = createHash("sha256").update(JSON.stringify(about)).digest("base64");
    const known = this.#known.get(key);
    if (known) return known;
    const compiled = texts.map((text, index) => compiledOf(text, arn, sharings[index]?.kind));
    const found = externalAccess(compiled, zone, bucket && accessTo(arn, bucket, sharings));
    this.#known.set(key, found);
    return found;
  }
}

function compiledOf(text: string, id: string, kind: Sharing["kind"] = "resource"): CompiledPolicy {
  return compilePolicy(text, { kind, id, managed: false });
}

function accessTo(
  arn: string,
  { accessPoints, restrictsPublic }: NonNullable<ShareableResource["bucket"]>,
  sharings: readonly Sharing[],
): BucketAccess {
  const acls = sharings.flatMap(({ source }, index) => (source === "BUCKET_ACL" ? [index] : []));
  const points = accessPoints.map(({ arn: id, text, vpcId, ignoresPublicAcls }) => ({
    ...{ arn: id, vpcId, policy: compiledOf(text, id) },
    withoutPublic: new Set(ignoresPublicAcls ? acls : []),
  }));
  return { arn, accessPoints: points, restrictsPublic };
}

function sourcesOf(
  { policies, accessPoints, accessPointAccounts }: ExternalAccess,
  sharings: readonly Sharing[],
): readonly FindingSource[] {
  return [
    ...new Set(policies.flatMap((index) => sharings[index]?.source ?? [])),
    ...accessPoints.map((arn) => ({ type: "S3_ACCESS_POINT", accessPointArn: arn }) as const),
    ...accessPointAccounts.map(
      (account) =>
        ({
          type: "S3_ACCESS_POINT_ACCOUNT",
          ...(account !== "" && { accessPointAccount: account }),
        }) as const,
    ),
  ];
}
