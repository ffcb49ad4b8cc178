import { Organizations } from "@aws-sdk/client-organizations";
import { until } from "../../test/support/until.ts";
import type { Node } from "./node.ts";
import { rootIdOf } from "./organization.ts";
import { allPages } from "./pages.ts";
import { settingsOf } from "./settings-of.ts";

/* Invitations to the organization, which are open until they are cancelled. */

const organizations = (at: Node) => at.client(Organizations);
/** Accounts outside the organization, by the campaign's keys. */
const outside = new Map<string, string>();
const accountOf = (key: string) => outside.get(key) ?? "";

async function makeOutside(at: Node, key: string): Promise<void> {
  const made = await organizations(at).createAccount({
    ...{ AccountName: `outside-${key}`, Email: `outside-${key}@example.com` },
  });
  const CreateAccountRequestId = made.CreateAccountStatus?.Id;
  await until(async () => {
    const { CreateAccountStatus: status } = await organizations(at).describeCreateAccountStatus({
      CreateAccountRequestId,
    });
    outside.set(key, status?.AccountId ?? "");
    return status?.State === "SUCCEEDED";
  }, "an account outside");
  await organizations(at).removeAccountFromOrganization({ AccountId: accountOf(key) });
}

async function openOf(at: Node, key: string): Promise<string | undefined> {
  // Those that were cancelled are listed for a month.
  const all = await allPages(
    (NextToken) =>
      organizations(at).listHandshakesForOrganization({
        ...{ NextToken, Filter: { ActionType: "INVITE" } },
      }),
    ({ Handshakes }) => Handshakes,
    ({ NextToken }) => NextToken,
  );
  const own = all.filter(
    ({ State, Parties = [] }) =>
      State === "OPEN" && Parties.some(({ Id }) => Id === accountOf(key)),
  );
  return own.length > 1 ? own.map(({ Id }) => Id).join(" and ") : own[0]?.Id;
}

export const handshakes = settingsOf(
  "organizations-handshakes",
  {
    invitation: {
      value: () => "open",
      put: (at, of) =>
        organizations(at).inviteAccountToOrganization({
          Target: { Type: "ACCOUNT", Id: accountOf(of) },
        }),
      remove: async (at, of) =>
        organizations(at).cancelHandshake({ HandshakeId: await openOf(at, of) }),
      async read(at, of) {
        const id = await openOf(at, of);
        return id === undefined || id.includes(" ") ? id : "open";
      },
    },
  },
  {
    keys: 3,
    async prepare(at, keys) {
      await rootIdOf(at);
      for (const key of keys) await makeOutside(at, key);
    },
  },
);
