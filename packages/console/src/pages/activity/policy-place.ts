import {
  CreatePolicyVersionCommand,
  GetPolicyCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { readPolicyVersion } from "../iam/policy-documents.ts";
import { operationsOf, type PolicyOwner } from "../iam/policy-owner.ts";
import { trustPolicyOf } from "../iam/role-facts.ts";
import { readBucketPolicy, writeBucketPolicy } from "../s3/bucket-policy-calls.ts";

/** The place where a policy is stored. */
export interface PolicyPlace {
  /** "the bucket policy of media", in sentences. */
  readonly title: string;
  /** The text that is there; undefined if there is none. */
  read(aws: AwsClients): Promise<string | undefined>;
  write(aws: AwsClients, text: string): Promise<unknown>;
}

/** A policy that a request was decided by, or the type of a new one. */
export interface TriedPolicy {
  /** AWS's name of the policies' type. */
  readonly type: string;
  /** As decisions name it: an ARN, or `inline/<layer>/<owner> <name>`. Undefined: a new policy. */
  readonly uri: string | undefined;
  /** The ARN that the policy is attached to. */
  readonly attachedTo: string | undefined;
  /** The ARNs of the caller and of the resource. */
  readonly principal: string;
  readonly resource: string;
}

/**
 * The place where a tried policy is saved; undefined for policies that this console can't save:
 * AWS's own, sessions', organizations' and those of other resources. `newName` is for a new inline
 * policy.
 */
export function policyPlaceOf(tried: TriedPolicy, newName: string): PolicyPlace | undefined {
  const { type, uri, attachedTo, principal, resource } = tried;
  switch (type) {
    case "IDENTITY_BASED_POLICY":
    case "PERMISSIONS_BOUNDARY": {
      if (uri?.startsWith("arn:")) return managedPlace(uri);
      const isNew = uri === undefined;
      const owner = ownerNamed(isNew ? principal : (attachedTo ?? ""));
      // A boundary is a managed policy always.
      if (!owner || type === "PERMISSIONS_BOUNDARY") return undefined;
      return inlinePlace(owner, isNew ? newName : uri.slice(uri.lastIndexOf(" ") + 1));
    }
    case "ROLE_TRUST_POLICY":
      return trustPlace(attachedTo ?? resource);
    case "RESOURCE_BASED_POLICY":
      // Grants and access control lists decide as such policies too, by names of their own.
      return resourcePlace(uri?.replace(/^inline\/[^/]*\//, "") ?? holderOf(resource));
    default:
      return undefined;
  }
}

/** The owner by its ARN; of a session, its role. */
function ownerNamed(arn: string): PolicyOwner | undefined {
  const [, session] = /^arn:[^:]*:sts::\d+:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (session !== undefined) return { kind: "role", name: session };
  const [, kind, name] = /^arn:[^:]*:iam::\d+:(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return name === undefined ? undefined : { kind: kind as PolicyOwner["kind"], name };
}

function managedPlace(arn: string): PolicyPlace | undefined {
  const [, name] = /^arn:[^:]*:iam::\d+:policy\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (name === undefined) return undefined;
  return {
    title: `the policy ${name}, wherever it is attached`,
    read: async ({ iam }) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
      return readPolicyVersion(iam, arn, Policy?.DefaultVersionId ?? "v1");
    },
    write: ({ iam }, PolicyDocument) =>
      iam.send(
        new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument, SetAsDefault: true }),
      ),
  };
}

function inlinePlace(owner: PolicyOwner, policyName: string): PolicyPlace {
  const { read, put } = operationsOf(owner);
  return {
    title: `the policy ${policyName} of the ${owner.kind} ${owner.name}`,
    read: ({ iam }) => unlessMissing("NoSuchEntityException", read(iam, owner.name, policyName)),
    write: ({ iam }, text) => put(iam, owner.name, policyName, text),
  };
}

function trustPlace(arn: string): PolicyPlace | undefined {
  const owner = ownerNamed(arn);
  if (owner?.kind !== "role") return undefined;
  const RoleName = owner.name;
  return {
    title: `the trust policy of the role ${RoleName}`,
    read: async ({ iam }) => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      return Role && trustPolicyOf(Role);
    },
    write: ({ iam }, PolicyDocument) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument })),
  };
}

/** An object's policy is its bucket's. */
function holderOf(resource: string): string {
  return /^arn:[^:]*:s3:::[^/]+/.exec(resource)?.[0] ?? resource;
}

function resourcePlace(arn: string): PolicyPlace | undefined {
  const [, bucket] = /^arn:[^:]*:s3:::([^/]+)$/.exec(arn) ?? [];
  if (bucket !== undefined)
    return {
      title: `the bucket policy of ${bucket}`,
      read: (aws) => readBucketPolicy(aws, bucket),
      write: (aws, text) => writeBucketPolicy(aws, bucket, text),
    };
  const [, KeyId] = /^arn:[^:]*:kms:[^:]*:\d+:key\/([^?]+)$/.exec(arn) ?? [];
  if (KeyId === undefined) return undefined;
  // Few denials are of keys: their client is loaded when it is needed.
  const calls = () => import("../kms/key-policy-calls.ts");
  return {
    title: `the key policy of ${KeyId}`,
    read: async (aws) => (await calls()).readKeyPolicy(aws, KeyId),
    write: async (aws, text) => (await calls()).writeKeyPolicy(aws, KeyId, text),
  };
}

/** Undefined where AWS answers with that code. */
async function unlessMissing<Found>(
  code: string,
  found: Promise<Found>,
): Promise<Found | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    throw error;
  }
}
