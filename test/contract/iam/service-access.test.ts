import type { IAM } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, failureOf, iamOf, makeUser, policyOf } from "./iam-api.ts";

const ARN = "arn:aws:iam::000000000000:user/ann";
const S3_READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
  await makeUser(iam, "ann", [allow("s3:PutObject")]);
  await iam.createGroup({ GroupName: "crew" });
  await iam.addUserToGroup({ GroupName: "crew", UserName: "ann" });
  await iam.putGroupPolicy({
    GroupName: "crew",
    PolicyName: "streams",
    PolicyDocument: policyOf([allow("ivs:*")]),
  });
  await iam.attachGroupPolicy({ GroupName: "crew", PolicyArn: S3_READ });
  await iam.attachUserPolicy({ UserName: "ann", PolicyArn: S3_READ });
});
afterAll(() => server.close());

describe("ListPoliciesGrantingServiceAccess", () => {
  it("lists by service what a user has, its groups' policies included, each once", async () => {
    const { PoliciesGrantingServiceAccess, IsTruncated } =
      await iam.listPoliciesGrantingServiceAccess({
        Arn: ARN,
        ServiceNamespaces: ["s3", "ivs", "ec2"],
      });
    expect(IsTruncated).toBe(false);
    expect(PoliciesGrantingServiceAccess).toEqual([
      { ServiceNamespace: "ec2", Policies: [] },
      {
        ServiceNamespace: "ivs",
        Policies: [
          {
            PolicyName: "streams",
            PolicyType: "INLINE",
            EntityType: "GROUP",
            EntityName: "crew",
          },
        ],
      },
      {
        ServiceNamespace: "s3",
        Policies: [
          { PolicyName: "own", PolicyType: "INLINE", EntityType: "USER", EntityName: "ann" },
          { PolicyName: "AmazonS3ReadOnlyAccess", PolicyType: "MANAGED", PolicyArn: S3_READ },
        ],
      },
    ]);
  });

  it("knows who isn't there, and who may not ask", async () => {
    const input = { Arn: `${ARN}e`, ServiceNamespaces: ["s3"] };
    expect(await failureOf(() => iam.listPoliciesGrantingServiceAccess(input))).toEqual({
      code: "NoSuchEntity",
      status: 404,
      message: "The user with name anne cannot be found.",
    });
    const nobody = iamOf(server, await makeUser(iam, "nobody"));
    expect(
      await failureOf(() => nobody.listPoliciesGrantingServiceAccess({ ...input, Arn: ARN })),
    ).toMatchObject({
      code: "AccessDenied",
      message: expect.stringContaining(`ListPoliciesGrantingServiceAccess on resource: ${ARN} `),
    });
  });
});
