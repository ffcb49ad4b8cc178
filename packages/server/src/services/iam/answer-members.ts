import type * as iam from "@aws-sdk/client-iam";
import { LruMap } from "../../kernel/lru-map.ts";
import type { StoredTag } from "./rows/tags.ts";

/* Members that the answers of several operations share. */

/** The CLI reference of get-user shows this value, though the model's only one is another. */
const BOUNDARY_TYPE: string = "Policy";

/** The member `PermissionsBoundary`, missing if there is none. */
export function boundaryMember(arn: string | null): {
  PermissionsBoundary?: iam.AttachedPermissionsBoundary;
} {
  if (arn === null) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: BOUNDARY_TYPE as iam.PermissionsBoundaryAttachmentType,
      PermissionsBoundaryArn: arn,
    },
  };
}

/** The member `Tags` of an answer to a creation: the tags as they were sent. */
export function echoedTags(tags: readonly iam.Tag[] | undefined): { Tags?: iam.Tag[] } {
  return tags === undefined || tags.length === 0 ? {} : { Tags: [...tags] };
}

/** The member `Tags`, which is missing rather than empty. */
export function tagsMember(tags: readonly StoredTag[]): { Tags?: StoredTag[] } {
  return tags.length === 0 ? {} : { Tags: [...tags] };
}

/**
 * A document as IAM's answers carry it: percent-encoded by RFC 3986, in which encodeURIComponent
 * leaves out five reserved characters.
 */
export function encodeDocument(text: string): string {
  if (text.length > KEPT_CHARS_MAX) return encoded(text);
  let document = kept.get(text);
  if (document === undefined) {
    document = encoded(text);
    kept.set(text, document);
  }
  return document;
}

/** Documents that are asked for again and again: to encode one takes a fiftieth of a GetRole. */
const kept = new LruMap<string, string>(128);
const KEPT_CHARS_MAX = 2048;

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
