import type * as iam from "@aws-sdk/client-iam";
import { parseArn } from "../../kernel/arn.ts";
import { AwsError } from "../../kernel/aws-error.ts";
import type { RequestContext } from "../../kernel/request-context.ts";

/** The name under which IAM sees these reads in `aws:CalledVia` and in CloudTrail's records. */
const INVOKED_BY = "rolecast.amazonaws.com";

/** A policy that a user or role has. */
export interface AttachedPolicy {
  readonly name: string;
  /** Left out of an inline policy. */
  readonly arn?: string | undefined;
  /** The user's group that has it. */
  readonly group?: string | undefined;
  /** JSON. */
  readonly document: string;
}

/** An access key; one that was never used has no time. */
export interface ExaminedKey {
  readonly AccessKeyId: string | undefined;
  readonly LastUsed: Date | undefined;
}

type Owner =
  | { readonly UserName: string }
  | { readonly RoleName: string }
  | { readonly GroupName: string };

/** Reads a principal's policies and keys from IAM, for the caller of a request. */
export class AttachedPolicies {
  readonly #context: RequestContext;

  constructor(context: RequestContext) {
    this.#context = context;
  }

  /** The policies of a user, through its groups too, or of a role. Rejects with IAM's refusal. */
  async of(principalArn: string): Promise<readonly AttachedPolicy[]> {
    const owner = ownerOf(principalArn);
    const own = await this.#ofOwner(owner);
    if (!("UserName" in owner)) return own;
    const { Groups = [] } = await this.#ask<iam.ListGroupsForUserCommandOutput>(
      "ListGroupsForUser",
      owner,
    );
    const ofGroups: AttachedPolicy[] = [];
    for (const { GroupName = "" } of Groups) {
      const policies = await this.#ofOwner({ GroupName });
      ofGroups.push(...policies.map((policy) => ({ ...policy, group: GroupName })));
    }
    return [...own, ...ofGroups];
  }

  /** A user's access keys with their last use; none of a role. */
  async accessKeys(principalArn: string): Promise<readonly ExaminedKey[]> {
    const owner = ownerOf(principalArn);
    if (!("UserName" in owner)) return [];
    const { AccessKeyMetadata = [] } = await this.#ask<iam.ListAccessKeysCommandOutput>(
      "ListAccessKeys",
      owner,
    );
    const keys: ExaminedKey[] = [];
    for (const { AccessKeyId } of AccessKeyMetadata) {
      const { AccessKeyLastUsed } = await this.#ask<iam.GetAccessKeyLastUsedCommandOutput>(
        "GetAccessKeyLastUsed",
        { AccessKeyId },
      );
      keys.push({ AccessKeyId, LastUsed: AccessKeyLastUsed?.LastUsedDate });
    }
    return keys;
  }

  async #ofOwner(owner: Owner): Promise<readonly AttachedPolicy[]> {
    const kind = kindOf(owner);
    const attached = await this.#ask<iam.ListAttachedUserPoliciesCommandOutput>(
      `ListAttached${kind}Policies`,
      owner,
    );
    const inline = await this.#ask<iam.ListUserPoliciesCommandOutput>(`List${kind}Policies`, owner);
    const policies: AttachedPolicy[] = [];
    for (const { PolicyName: name = "", PolicyArn: arn = "" } of attached.AttachedPolicies ?? [])
      policies.push({ name, arn, document: await this.#managed(arn) });
    for (const PolicyName of inline.PolicyNames ?? []) {
      const { PolicyDocument = "" } = await this.#ask<iam.GetUserPolicyCommandOutput>(
        `Get${kind}Policy`,
        { ...owner, PolicyName },
      );
      policies.push({ name: PolicyName, document: decodeURIComponent(PolicyDocument) });
    }
    return policies;
  }

  async #managed(PolicyArn: string): Promise<string> {
    const { Policy } = await this.#ask<iam.GetPolicyCommandOutput>("GetPolicy", { PolicyArn });
    const { PolicyVersion } = await this.#ask<iam.GetPolicyVersionCommandOutput>(
      "GetPolicyVersion",
      { PolicyArn, VersionId: Policy?.DefaultVersionId },
    );
    return decodeURIComponent(PolicyVersion?.Document ?? "");
  }

  #ask<Output>(operation: string, input: object): Promise<Output> {
    return this.#context.forward<Output>("iam", operation, input, { invokedBy: INVOKED_BY });
  }
}

function kindOf(owner: Owner): "User" | "Role" | "Group" {
  if ("UserName" in owner) return "User";
  return "RoleName" in owner ? "Role" : "Group";
}

/** @throws ValidationException for what isn't a user's or role's ARN. */
function ownerOf(principalArn: string): Owner {
  const { service, resource = "" } = parseArn(principalArn) ?? {};
  const [, kind, name = ""] = /^(user|role)\/(?:.*\/)?([^/]+)$/.exec(resource) ?? [];
  if (service === "iam" && kind === "user") return { UserName: name };
  if (service === "iam" && kind === "role") return { RoleName: name };
  throw new AwsError("ValidationException", `${principalArn} isn't the ARN of a user or a role.`, {
    status: 400,
  });
}
