import { invalidRequest, malformedXml } from "../errors.ts";
import type { PublicAccessBlock } from "./public-access.ts";

type Given = { readonly [Setting in keyof PublicAccessBlock]?: boolean | undefined };

/**
 * Reads PutPublicAccessBlock's settings, of a bucket or an account: what it leaves out is off.
 * Throws InvalidRequest where it says nothing.
 */
export function givenBlock(given: Given | undefined): PublicAccessBlock {
  if (!given) throw malformedXml();
  if (Object.values(given).every((value) => value === undefined))
    throw invalidRequest("Must specify at least one configuration.");
  return {
    BlockPublicAcls: given.BlockPublicAcls ?? false,
    IgnorePublicAcls: given.IgnorePublicAcls ?? false,
    BlockPublicPolicy: given.BlockPublicPolicy ?? false,
    RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
  };
}
