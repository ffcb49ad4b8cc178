import {
  type CreatePolicyCommandOutput,
  IAM,
  type IAMClient,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import { ListBucketsCommand, type S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, policyOf } from "../../support/principals.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/*
 * A decision is never stale: whatever is changed in whatever order, the very next request of the
 * user is decided by what is in force then.
 */

const UserName = "ann";
const GroupName = "crew";
const PolicyName = "inline";
type Says = "Allow" | "Deny" | undefined;
const statement = (Effect: string) =>
  policyOf([{ Effect, Action: "s3:ListAllMyBuckets", Resource: "*" }]);

/** The state of the account; a policy's default version allows, denies, or does neither. */
class Model {
  managed: Says = undefined;
  attachedToUser = false;
  attachedToGroup = false;
  isMember = false;
  inlineOfUser: Says = undefined;
  inlineOfGroup: Says = undefined;
  boundary = false;
  /** The boundary's own default version. */
  boundaryAllows = true;

  get allows(): boolean {
    const says = [
      this.inlineOfUser,
      this.attachedToUser ? this.managed : undefined,
      ...(this.isMember
        ? [this.inlineOfGroup, this.attachedToGroup ? this.managed : undefined]
        : []),
    ];
    const bounded = !this.boundary || this.boundaryAllows;
    return bounded && says.includes("Allow") && !says.includes("Deny");
  }
}

let server: TestServer;
let iam: IAM;
let user: { readonly s3: S3Client; readonly iam: IAMClient };
let managedArn = "";
let boundaryArn = "";

beforeAll(async () => {
  server = await startTestServer();
  iam = new IAM({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { ...ROOT },
    maxAttempts: 1,
  });
  user = server.clients(await createUser(iam, UserName));
  await iam.createGroup({ GroupName });
  const arnOf = ({ Policy }: CreatePolicyCommandOutput) => Policy?.Arn ?? "";
  const PolicyDocument = policyOf([{ Effect: "Allow", Action: "sqs:*", Resource: "*" }]);
  managedArn = arnOf(await iam.createPolicy({ PolicyName: "managed", PolicyDocument }));
  boundaryArn = arnOf(
    await iam.createPolicy({ PolicyName: "boundary", PolicyDocument: statement("Allow") }),
  );
});
afterAll(() => server.close());

/** A new default version; the old one goes, as an account has five at most. */
async function setDefault(PolicyArn: string, PolicyDocument: string): Promise<void> {
  const { PolicyVersion } = await iam.createPolicyVersion({
    PolicyArn,
    PolicyDocument,
    SetAsDefault: true,
  });
  const { Versions = [] } = await iam.listPolicyVersions({ PolicyArn });
  for (const { VersionId } of Versions)
    if (VersionId !== PolicyVersion?.VersionId)
      await iam.deletePolicyVersion({ PolicyArn, VersionId });
}

const missingIsFine = (error: unknown) => {
  if (!(error instanceof NoSuchEntityException)) throw error;
};

const PolicyArn = () => managedArn;
const changes: Readonly<Record<string, (model: Model) => Promise<unknown>>> = {
  "attach to user": (model) => {
    model.attachedToUser = true;
    return iam.attachUserPolicy({ UserName, PolicyArn: PolicyArn() });
  },
  "detach from user": (model) => {
    model.attachedToUser = false;
    return iam.detachUserPolicy({ UserName, PolicyArn: PolicyArn() }).catch(missingIsFine);
  },
  "attach to group": (model) => {
    model.attachedToGroup = true;
    return iam.attachGroupPolicy({ GroupName, PolicyArn: PolicyArn() });
  },
  "detach from group": (model) => {
    model.attachedToGroup = false;
    return iam.detachGroupPolicy({ GroupName, PolicyArn: PolicyArn() }).catch(missingIsFine);
  },
  "version allows": (model) => {
    model.managed = "Allow";
    return setDefault(PolicyArn(), statement("Allow"));
  },
  "version denies": (model) => {
    model.managed = "Deny";
    return setDefault(PolicyArn(), statement("Deny"));
  },
  join: (model) => {
    model.isMember = true;
    return iam.addUserToGroup({ GroupName, UserName });
  },
  leave: (model) => {
    model.isMember = false;
    return iam.removeUserFromGroup({ GroupName, UserName }).catch(missingIsFine);
  },
  "inline allows": (model) => {
    model.inlineOfUser = "Allow";
    return iam.putUserPolicy({ UserName, PolicyName, PolicyDocument: statement("Allow") });
  },
  "inline denies": (model) => {
    model.inlineOfUser = "Deny";
    return iam.putUserPolicy({ UserName, PolicyName, PolicyDocument: statement("Deny") });
  },
  "inline goes": (model) => {
    model.inlineOfUser = undefined;
    return iam.deleteUserPolicy({ UserName, PolicyName }).catch(missingIsFine);
  },
  "group's inline allows": (model) => {
    model.inlineOfGroup = "Allow";
    return iam.putGroupPolicy({ GroupName, PolicyName, PolicyDocument: statement("Allow") });
  },
  "group's inline goes": (model) => {
    model.inlineOfGroup = undefined;
    return iam.deleteGroupPolicy({ GroupName, PolicyName }).catch(missingIsFine);
  },
  bound: (model) => {
    model.boundary = true;
    return iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary: boundaryArn });
  },
  unbound: (model) => {
    model.boundary = false;
    return iam.deleteUserPermissionsBoundary({ UserName }).catch(missingIsFine);
  },
  "boundary denies": (model) => {
    model.boundaryAllows = false;
    return setDefault(boundaryArn, statement("Deny"));
  },
  "boundary allows": (model) => {
    model.boundaryAllows = true;
    return setDefault(boundaryArn, statement("Allow"));
  },
};

/** Sets the state that every run begins with, whatever the one before left. */
const BEGINNING = [
  "detach from user",
  "detach from group",
  "leave",
  "group's inline goes",
  "unbound",
  "boundary allows",
  "version allows",
  "inline goes",
  "inline allows",
];

test("each request is decided by what is in force when it comes", async () => {
  const seen = { allowed: 0, denied: 0 };
  const isAllowed = () =>
    user.s3.send(new ListBucketsCommand({})).then(
      () => true,
      (error: Error) => {
        expect(error.name).toBe("AccessDenied");
        return false;
      },
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(changes)), { minLength: 4, maxLength: 10 }),
      async (names) => {
        const model = new Model();
        for (const name of BEGINNING) await changes[name]?.(model);
        for (const name of ["inline goes", "inline allows", ...names]) {
          await changes[name]?.(model);
          const allowed = await isAllowed();
          expect({ after: name, allowed }).toEqual({ after: name, allowed: model.allows });
          seen[allowed ? "allowed" : "denied"] += 1;
        }
      },
    ),
    { numRuns: 8 },
  );
  expect(seen.allowed).toBeGreaterThan(8);
  expect(seen.denied).toBeGreaterThan(8);
});

test("a deleted user's key is refused at once", async () => {
  const gone = await createUser(iam, "gone");
  const { sts } = server.clients(gone);
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: gone.arn });
  await iam.deleteAccessKey({ UserName: "gone", AccessKeyId: gone.accessKeyId });
  await iam.deleteUser({ UserName: "gone" });
  await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "InvalidClientTokenId",
  });
});
