import type { CreateOpenIDConnectProviderResponse } from "@aws-sdk/client-iam";
import type { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import type { ResourceModel } from "../../../kernel/resources.ts";
import type { NativeProvider } from "./custom-type.ts";
import { optional, replaced, required, text } from "./properties.ts";

const texts = { kind: "list", of: text } as const;

/** The CDK's `OpenIdConnectProvider`. Without thumbprints IAM finds them, as for everybody. */
export const oidcProvider: NativeProvider = {
  typeName: "Custom::AWSCDKOpenIdConnectProvider",
  properties: {
    Url: replaced(required(text)),
    ClientIDList: optional(texts),
    ThumbprintList: optional(texts),
    RejectUnauthorized: optional({ kind: "boolean" }),
    CodeHash: optional(text),
  },
  async create({ Url, ClientIDList, ThumbprintList }, calls) {
    const made = await calls.invoke<CreateOpenIDConnectProviderResponse>(
      "iam",
      "CreateOpenIDConnectProvider",
      { Url, ClientIDList, ThumbprintList },
    );
    const PhysicalResourceId = made.OpenIDConnectProviderArn;
    return { PhysicalResourceId, Thumbprints: JSON.stringify(ThumbprintList ?? []) };
  },
  async update(model, was, want, calls) {
    const provider = { OpenIDConnectProviderArn: model.PhysicalResourceId };
    await changeClients(provider, clientsOf(was), clientsOf(want), calls);
    const { ThumbprintList = [] } = want;
    const Thumbprints = JSON.stringify(ThumbprintList);
    if (Thumbprints !== JSON.stringify(was.ThumbprintList ?? [])) {
      const input = { ...provider, ThumbprintList };
      await calls.invoke("iam", "UpdateOpenIDConnectProviderThumbprint", input);
    }
    return { Thumbprints };
  },
  async delete({ PhysicalResourceId }, calls) {
    const input = { OpenIDConnectProviderArn: PhysicalResourceId };
    await calls.invoke("iam", "DeleteOpenIDConnectProvider", input);
    return true;
  },
};

function clientsOf({ ClientIDList = [] }: ResourceModel): readonly string[] {
  return ClientIDList as readonly string[];
}

async function changeClients(
  provider: object,
  was: readonly string[],
  want: readonly string[],
  calls: StepCalls,
): Promise<void> {
  for (const ClientID of want.filter((each) => !was.includes(each)))
    await calls.invoke("iam", "AddClientIDToOpenIDConnectProvider", { ...provider, ClientID });
  for (const ClientID of was.filter((each) => !want.includes(each)))
    await calls.invoke("iam", "RemoveClientIDFromOpenIDConnectProvider", { ...provider, ClientID });
}
