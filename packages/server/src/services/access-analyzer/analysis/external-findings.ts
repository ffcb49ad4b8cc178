import { createHash } from "node:crypto";
import { compilePolicy, type ExternalAccess, externalAccess } from "@rolecast/policy";
import { LruMap } from "../../../kernel/lru-map.ts";
import { toShownPolicy } from "../../../kernel/policy-principals.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type { ShareableResource } from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import type { FoundFinding } from "../finding/finding-body.ts";
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
    const { arn, accountId, resourceType } = resource;
    const sharings = resource.sharings.filter(({ within }) => within === undefined);
    if (sharings.length === 0) return [];
    const texts: string[] = [];
    for (const { text } of sharings) texts.push(await toShownPolicy(text, this.#directory, reader));
    const accesses = this.#accessesOf({ arn, sharings }, texts, zone);
    const isRestricted = hasControlPolicies(zone.memberOf(accountId)?.rcpLevels);
    const restriction = isRestricted ? "APPLICABLE" : "NOT_APPLICABLE";
    const isBucket = resourceType === "AWS::S3::Bucket";
    return accesses.map(({ principal, actions, condition, isPublic, policies }): FoundFinding => {
      const sources = policies.flatMap((index) => sharings[index]?.source ?? []);
      const body = {
        external: {
          principal: { [principal.type]: principal.value },
          ...{ action: actions, condition, isPublic },
          ...(isBucket && { sources: [...new Set(sources)] }),
          restriction,
        },
      } as const;
      const subject = `${principal.type} ${principal.value}`;
      const found = { resource: arn, resourceType, ownerAccountId: accountId };
      return { type: "ExternalAccess", ...found, subject, body };
    });
  }

  #accessesOf(
    { arn, sharings }: Pick<ShareableResource, "arn" | "sharings">,
    texts: readonly string[],
    zone: Zone,
  ): readonly ExternalAccess[] {
    const about = [
      [...zone.accounts],
      zone.organizationId,
      sharings.map(({ kind }) => kind),
      texts,
    ];
    const key = createHash("sha256").update(JSON.stringify(about)).digest("base64");
    const known = this.#known.get(key);
    if (known) return known;
    const compiled = texts.map((text, index) => {
      const kind = sharings[index]?.kind ?? "resource";
      return compilePolicy(text, { kind, id: arn, managed: false });
    });
    const found = externalAccess(compiled, zone);
    this.#known.set(key, found);
    return found;
  }
}
