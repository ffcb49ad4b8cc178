import { createHash } from "node:crypto";
import type { ExternalAccess } from "@rolecast/policy";
import { toShownPolicy } from "../../../kernel/policy-principals.ts";
import type { IdentityDirectory } from "../../../kernel/ports/identity.ts";
import type {
  ShareableResource,
  SharedAccessPoint,
  Sharing,
} from "../../../kernel/ports/shareable-resources.ts";
import type { Reader } from "../../../kernel/store.ts";
import { type FindingSource, type FoundFinding, failedFinding } from "../finding/finding-body.ts";
import type { AnalysisThreads } from "./analysis-threads.ts";
import { KnownProofs } from "./known-proofs.ts";
import type { ExternalQuestion } from "./proofs.ts";
import { type AnalyzedZone, hasControlPolicies } from "./zone.ts";

/** Resources whose analysis is remembered; one takes some hundred bytes. */
const REMEMBERED_MAX = 5_000;

export type Zone = Exclude<AnalyzedZone, { readonly disabled: unknown }>;

/** Finds who outside of a zone of trust gets to resources. */
export class ExternalFindings {
  readonly #directory: IdentityDirectory;
  /** By the digest of the documents and the zone: the same documents let the same in. */
  readonly #known = new KnownProofs<Found>(REMEMBERED_MAX);
  readonly #threads: AnalysisThreads;

  constructor(directory: IdentityDirectory, threads: AnalysisThreads) {
    this.#directory = directory;
    this.#threads = threads;
  }

  /** Undefined for a proposed document that is no policy. */
  async of(
    resource: ShareableResource,
    zone: Zone,
    reader: Reader,
  ): Promise<readonly FoundFinding[] | undefined> {
    const { arn, accountId, resourceType, bucket } = resource;
    const sharings = resource.sharings.filter(({ within }) => within === undefined);
    if (sharings.length === 0) return [];
    const shown = (text: string) => toShownPolicy(text, this.#directory, reader);
    const documents: Sharing[] = [];
    for (const one of sharings) documents.push({ ...one, text: await shown(one.text) });
    const points: SharedAccessPoint[] = [];
    for (const point of bucket?.accessPoints ?? [])
      points.push({ ...point, text: await shown(point.text) });
    const ways = bucket && { ...bucket, accessPoints: points };
    const { accounts, organizationId } = zone;
    const accesses = await this.#accessesOf(
      {
        arn,
        sharings: documents,
        ...(ways && { bucket: ways }),
        zone: { accounts, organizationId },
      },
      accountId,
    );
    if (accesses === undefined) return undefined;
    if (accesses === "too-much") return [failedFinding(resource, "external", "INTERNAL_ERROR")];
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

  /** Asks for the same but once; what couldn't be proven in time isn't tried again. */
  #accessesOf(question: ExternalQuestion, accountId: string): Promise<Found> {
    const { arn, sharings, bucket, zone } = question;
    const { accounts, organizationId } = zone;
    const about = [[...accounts], organizationId, sharings, bucket && [arn, bucket]];
    const key = createHash("sha256").update(JSON.stringify(about)).digest("base64");
    return this.#known.get(key, () => this.#threads.run("externalAccess", question, accountId));
  }
}

type Found = readonly ExternalAccess[] | undefined | "too-much";

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
