import { expect, test } from "vitest";
import { checkPolicy } from "../check-policy.ts";
import { when } from "../testing/case.testing.ts";
import { DATA } from "../testing/data.testing.ts";

/** Whether the address is said never to reach AWS. */
function isPrivate(address: string): boolean {
  const { text, policyType } = when({ IpAddress: { "aws:SourceIp": address } });
  const codes = checkPolicy(text, { policyType, data: DATA }).map(({ issueCode }) => issueCode);
  expect(codes).toEqual(codes.length === 0 ? [] : ["PRIVATE_IP_ADDRESS"]);
  return codes.length > 0;
}

/** Source: IANA, special-purpose address registries. */
test.each([
  ["9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"],
  ["100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"],
  ["126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"],
  ["169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"],
  ["172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"],
  ["192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"],
  ["::", "::1", "::1", "::2"],
  ["fbff::", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::"],
  ["fe7f::", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::"],
])("between %s and %s begin the addresses that never reach AWS", (before, first, last, after) => {
  const addresses = [before, first, last, after];
  expect(addresses.map(isPrivate)).toEqual([false, true, true, false]);
});

test.each([
  ["10.0.0.0/8", true],
  ["10.0.0.0/7", false],
  ["fc00::/7", true],
  ["fc00::/6", false],
  ["0.0.0.0/0", false],
])("a range is private if all of its addresses are: %s", (range, all) => {
  expect(isPrivate(range)).toBe(all);
});
