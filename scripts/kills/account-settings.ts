import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { Organizations } from "@aws-sdk/client-organizations";
import type { Node } from "./node.ts";
import { rootIdOf } from "./organization.ts";
import { number, type Setting, type SettingsTable } from "./settings.ts";
import { settingsOf } from "./settings-of.ts";

/* Settings of which an account has one: of IAM, of its organization, and of its default bus. */

const PASSWORD_MIN = 6;
const SERVICES = ["backup.amazonaws.com", "ram.amazonaws.com"];

const iam = (at: Node) => at.client(IAM);
const organizations = (at: Node) => at.client(Organizations);
const events = (at: Node) => at.client(EventBridge);

const ofIam: SettingsTable<string> = {
  alias: {
    value: (chance) => `kills-${number(chance)}`,
    put: (at, _of, AccountAlias) => iam(at).createAccountAlias({ AccountAlias }),
    async remove(at) {
      const [AccountAlias] = (await iam(at).listAccountAliases({})).AccountAliases ?? [];
      return iam(at).deleteAccountAlias({ AccountAlias });
    },
    read: async (at) => (await iam(at).listAccountAliases({})).AccountAliases?.[0],
  },
  passwordPolicy: {
    value: (chance) => String(PASSWORD_MIN + chance.below(100)),
    put: (at, _of, value) =>
      iam(at).updateAccountPasswordPolicy({ MinimumPasswordLength: Number(value) }),
    remove: (at) => iam(at).deleteAccountPasswordPolicy({}),
    async read(at) {
      const { PasswordPolicy } = await iam(at).getAccountPasswordPolicy({});
      return String(PasswordPolicy?.MinimumPasswordLength);
    },
  },
  outboundFederation: {
    value: () => "enabled",
    put: (at) => iam(at).enableOutboundWebIdentityFederation({}),
    remove: (at) => iam(at).disableOutboundWebIdentityFederation({}),
    async read(at) {
      const info = iam(at).getOutboundWebIdentityFederationInfo({});
      return info.then(
        () => "enabled",
        (error: Error) => {
          if (error.name === "FeatureDisabledException") return undefined;
          throw error;
        },
      );
    },
  },
};

const ofOrganization: SettingsTable<string> = Object.fromEntries(
  SERVICES.map((ServicePrincipal): [string, Setting<string>] => [
    ServicePrincipal,
    {
      value: () => "enabled",
      put: (at) => organizations(at).enableAWSServiceAccess({ ServicePrincipal }),
      remove: (at) => organizations(at).disableAWSServiceAccess({ ServicePrincipal }),
      async read(at) {
        const listed = await organizations(at).listAWSServiceAccessForOrganization({});
        const enabled = listed.EnabledServicePrincipals ?? [];
        const isEnabled = enabled.some((one) => one.ServicePrincipal === ServicePrincipal);
        return isEnabled ? "enabled" : undefined;
      },
    },
  ]),
);

const StatementId = "kills";

const ofBus: SettingsTable<string> = {
  permission: {
    value: (chance) => number(chance).padStart(12, "1"),
    put: (at, _of, Principal) =>
      events(at).putPermission({ StatementId, Principal, Action: "events:PutEvents" }),
    remove: (at) => events(at).removePermission({ StatementId }),
    async read(at) {
      const { Policy = '{"Statement":[]}' } = await events(at).describeEventBus({});
      const { Statement } = JSON.parse(Policy) as {
        readonly Statement: readonly { readonly Sid: string; readonly Principal: object }[];
      };
      const own = Statement.find(({ Sid }) => Sid === StatementId);
      return own && /\d{12}/.exec(JSON.stringify(own.Principal))?.[0];
    },
  },
};

export const iamAccount = settingsOf("iam-account", ofIam);
export const trustedServices = settingsOf("organizations-services", ofOrganization, {
  async prepare(at) {
    await rootIdOf(at);
  },
});
export const busPermissions = settingsOf("events-permissions", ofBus);
