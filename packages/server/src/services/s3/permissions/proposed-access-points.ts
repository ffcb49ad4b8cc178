import { namesAccessPoint } from "@rolecast/policy";
import { parseArn } from "../../../kernel/arn.ts";
import type {
  ResourcePlace,
  SharedAccessPoint,
} from "../../../kernel/ports/shareable-resources.ts";
import { isPublicAccessPointPolicy } from "../access/public-policy.ts";

interface ProposedBlock {
  readonly ignorePublicAcls: boolean;
  readonly restrictPublicBuckets: boolean;
}

/** A bucket's access point as CreateAccessPreview takes it. */
export interface ProposedAccessPoint {
  readonly accessPointPolicy?: string;
  readonly publicAccessBlock?: ProposedBlock;
  readonly networkOrigin?: { readonly vpcConfiguration?: { readonly vpcId: string } };
}

/** Source: API reference, S3PublicAccessBlockConfiguration: so of a new access point. */
const NEW_BLOCK: ProposedBlock = { ignorePublicAcls: true, restrictPublicBuckets: true };

const NAME = /^accesspoint\/[^/:]+$/;
const MULTI_REGION = /\.mrap$/;

/**
 * The access point as far as it lets other accounts in; undefined if it doesn't. "invalid": no
 * access point of the account's bucket can be such a one. Of its block, its bucket's and its
 * account's the more restrictive one counts. Source: S3 user guide, "Managing public access to
 * access points for general purpose buckets".
 */
export function proposedAccessPoint(
  arn: string,
  {
    accessPointPolicy: text = "",
    publicAccessBlock: block = NEW_BLOCK,
    networkOrigin,
  }: ProposedAccessPoint,
  bucket: ProposedBlock,
  { accountId, region }: ResourcePlace,
): SharedAccessPoint | "invalid" | undefined {
  const { vpcId } = networkOrigin?.vpcConfiguration ?? {};
  const named = parseArn(arn);
  if (named?.accountId !== accountId || !NAME.test(named.resource)) return "invalid";
  const isMultiRegion = named.region === "" && MULTI_REGION.test(named.resource);
  if (isMultiRegion ? vpcId !== undefined : named.region !== region) return "invalid";
  if (text === "") return undefined;
  if (!isJson(text) || !isAbout(arn, text)) return "invalid";
  const isRestricted = block.restrictPublicBuckets || bucket.restrictPublicBuckets;
  // From one network alone nothing is public, whatever the policy says.
  if (isRestricted && vpcId === undefined && isPublicAccessPointPolicy(text)) return undefined;
  const ignoresPublicAcls = block.ignorePublicAcls || bucket.ignorePublicAcls;
  return { arn, text, ignoresPublicAcls, ...(vpcId !== undefined && { vpcId }) };
}

/** Whether all resources that the policy names are the access point or objects behind it. */
function isAbout(arn: string, text: string): boolean {
  const { Statement } = JSON.parse(text) as { readonly Statement?: unknown };
  const named = [Statement].flat().flatMap((statement: unknown): unknown[] => {
    const { Resource = [], NotResource = [] } = (statement ?? {}) as Record<string, unknown>;
    return [Resource, NotResource].flat(2);
  });
  return named.every((value) => typeof value === "string" && namesAccessPoint(value, arn));
}

/** A policy's text, or none, that can be looked at. */
export function isJson(text: string | null): boolean {
  try {
    const document: unknown = text === null ? {} : JSON.parse(text);
    return typeof document === "object" && document !== null;
  } catch {
    return false;
  }
}
