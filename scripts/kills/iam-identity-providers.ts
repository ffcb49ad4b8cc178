import { IAM } from "@aws-sdk/client-iam";
import type { Chance } from "../fuzz/chance.ts";
import { toggled } from "./identity-policies.ts";
import type { Node } from "./node.ts";
import { byKey } from "./pages.ts";
import { type Change, remembered } from "./remembered.ts";
import { changeTags, type Tags, tagsOf } from "./tags.ts";

/* OpenID Connect providers with clients, thumbprints and tags. */

const PREFIX = "login.example.com/";

interface Provider {
  readonly clients: readonly string[];
  readonly thumbprint: string;
  readonly tags: Tags;
}

function change(key: string, provider: Provider | undefined, chance: Chance): Change<Provider> {
  const arn = `arn:aws:iam::000000000000:oidc-provider/${PREFIX}${key}`;
  const of = { OpenIDConnectProviderArn: arn };
  const thumbprint = String(chance.below(1e9)).padStart(40, "0");
  const ThumbprintList = [thumbprint];
  const iam = (at: Node) => at.client(IAM);
  if (!provider)
    return {
      says: `CreateOpenIDConnectProvider ${key} ${thumbprint}`,
      send: (at) =>
        iam(at).createOpenIDConnectProvider({ Url: `https://${PREFIX}${key}`, ThumbprintList }),
      after: () => ({ clients: [], thumbprint, tags: {} }),
    };
  switch (chance.below(4)) {
    case 0:
      return {
        says: `DeleteOpenIDConnectProvider ${key}`,
        send: (at) => iam(at).deleteOpenIDConnectProvider(of),
        after: () => undefined,
      };
    case 1:
      return {
        says: `UpdateOpenIDConnectProviderThumbprint ${key} ${thumbprint}`,
        send: (at) => iam(at).updateOpenIDConnectProviderThumbprint({ ...of, ThumbprintList }),
        after: () => ({ ...provider, thumbprint }),
      };
    case 2:
      return changeTags(provider, chance, `provider ${key}`, {
        tag: (at, Key, Value) =>
          iam(at).tagOpenIDConnectProvider({ ...of, Tags: [{ Key, Value }] }),
        untag: (at, Key) => iam(at).untagOpenIDConnectProvider({ ...of, TagKeys: [Key] }),
      });
    default: {
      const ClientID = `client-${chance.below(3)}`;
      const gone = provider.clients.includes(ClientID);
      const input = { ...of, ClientID };
      return {
        says: `${gone ? "Remove" : "Add"}ClientID ${key} ${ClientID}`,
        send: (at) =>
          gone
            ? iam(at).removeClientIDFromOpenIDConnectProvider(input)
            : iam(at).addClientIDToOpenIDConnectProvider(input),
        after: () => ({ ...provider, clients: toggled(provider.clients, ClientID) }),
      };
    }
  }
}

async function read(at: Node): Promise<ReadonlyMap<string, Provider>> {
  const iam = at.client(IAM);
  const { OpenIDConnectProviderList: listed = [] } = await iam.listOpenIDConnectProviders({});
  const named: [string | undefined, Provider][] = [];
  for (const { Arn: OpenIDConnectProviderArn } of listed) {
    const { Url, ClientIDList, ThumbprintList, Tags } = await iam.getOpenIDConnectProvider({
      OpenIDConnectProviderArn,
    });
    const clients = [...(ClientIDList ?? [])].sort();
    named.push([Url, { clients, thumbprint: ThumbprintList?.[0] ?? "", tags: tagsOf(Tags) }]);
  }
  return byKey(PREFIX, named);
}

export const identityProviders = remembered<Provider>({
  ...{ name: "iam-identity-providers", keys: 8, change, read },
});
