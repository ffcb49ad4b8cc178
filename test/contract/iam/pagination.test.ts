import type { IAM } from "@aws-sdk/client-iam";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/test-server.ts";
import { allow, EC2_TRUST, iamOf, policyOf } from "./iam-api.ts";

let server: TestServer;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  iam = iamOf(server);
});
afterAll(() => server.close());

interface PageAsked {
  readonly MaxItems: number;
  readonly Marker?: string;
}

interface PageGiven {
  readonly names: readonly (string | undefined)[];
  readonly IsTruncated: boolean | undefined;
  readonly Marker: string | undefined;
}

/** A list of things that can be made by name and listed by pages. */
interface Listing {
  make(name: string): Promise<unknown>;
  page(input: PageAsked): Promise<PageGiven>;
  remove(name: string): Promise<unknown>;
}

const DOCUMENT = policyOf([allow("s3:ListAllMyBuckets")]);
const PATH = "/paged/";
const arnOf = (name: string) => `arn:aws:iam::000000000000:policy${PATH}${name}`;

const listings: Record<string, () => Listing> = {
  ListUsers: () => ({
    make: (UserName) => iam.createUser({ UserName, Path: PATH }),
    page: async (input) => {
      const { Users = [], ...rest } = await iam.listUsers({ ...input, PathPrefix: PATH });
      return { names: Users.map((user) => user.UserName), ...flags(rest) };
    },
    remove: (UserName) => iam.deleteUser({ UserName }),
  }),
  ListRoles: () => ({
    make: (RoleName) =>
      iam.createRole({ RoleName, Path: PATH, AssumeRolePolicyDocument: EC2_TRUST }),
    page: async (input) => {
      const { Roles = [], ...rest } = await iam.listRoles({ ...input, PathPrefix: PATH });
      return { names: Roles.map((role) => role.RoleName), ...flags(rest) };
    },
    remove: (RoleName) => iam.deleteRole({ RoleName }),
  }),
  ListPolicies: () => ({
    make: (PolicyName) => iam.createPolicy({ PolicyName, Path: PATH, PolicyDocument: DOCUMENT }),
    page: async (input) => {
      const { Policies = [], ...rest } = await iam.listPolicies({ ...input, PathPrefix: PATH });
      return { names: Policies.map((policy) => policy.PolicyName), ...flags(rest) };
    },
    remove: (name) => iam.deletePolicy({ PolicyArn: arnOf(name) }),
  }),
  GetAccountAuthorizationDetails: () => ({
    make: (GroupName) => iam.createGroup({ GroupName }),
    page: async (input) => {
      const answer = await iam.getAccountAuthorizationDetails({ ...input, Filter: ["Group"] });
      const { GroupDetailList = [], ...rest } = answer;
      return { names: GroupDetailList.map((group) => group.GroupName), ...flags(rest) };
    },
    remove: (GroupName) => iam.deleteGroup({ GroupName }),
  }),
};

function flags({ IsTruncated, Marker }: Omit<PageGiven, "names"> | Partial<PageGiven>) {
  return { IsTruncated, Marker };
}

const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9+=,.@_-]{1,40}$/), {
  minLength: 1,
  maxLength: 12,
  selector: (name) => name.toLowerCase(),
});

describe("a list read page by page", () => {
  it.each(Object.entries(listings))("%s gives everything once, in order", async (_name, of) => {
    const listing = of();
    const property = fc.asyncProperty(names, fc.integer({ min: 1, max: 5 }), async (made, size) => {
      for (const name of made) await listing.make(name);
      try {
        const found: (string | undefined)[] = [];
        let page = await listing.page({ MaxItems: size });
        for (;;) {
          expect(page.names.length).toBeLessThanOrEqual(size);
          found.push(...page.names);
          expect(page.IsTruncated).toBe(page.Marker !== undefined);
          if (page.Marker === undefined) break;
          page = await listing.page({ MaxItems: size, Marker: page.Marker });
        }
        const key = (name: string) => name.toLowerCase();
        expect(found).toEqual([...made].sort((a, b) => (key(a) < key(b) ? -1 : 1)));
      } finally {
        for (const name of made) await listing.remove(name);
      }
    });
    await fc.assert(property, { numRuns: 8 });
  });

  it("stays right when what it has shown goes away in between", async () => {
    const users = ["a", "b", "c", "d"];
    for (const UserName of users) await iam.createUser({ UserName, Path: "/moving/" });
    const PathPrefix = "/moving/";
    const first = await iam.listUsers({ PathPrefix, MaxItems: 2 });
    await iam.deleteUser({ UserName: "b" });
    await iam.deleteUser({ UserName: "c" });
    const second = await iam.listUsers({ PathPrefix, MaxItems: 2, Marker: first.Marker });
    expect(second.Users?.map((user) => user.UserName)).toEqual(["d"]);
    expect(second).toMatchObject({ IsTruncated: false });
  });
});
