import type * as sts from "@aws-sdk/client-sts";
import { defineOperations } from "../../kernel/operations.ts";
import type { AuthorizationMessages } from "./authorization-messages.ts";
import { invalidAuthorizationMessage } from "./errors.ts";
import { refuseFederatedUser } from "./refuse-federated-user.ts";

export function decodeAuthorizationMessage(messages: AuthorizationMessages) {
  return defineOperations<typeof sts>()({
    DecodeAuthorizationMessage: {
      authorize: (_input, context) => {
        refuseFederatedUser(context, "*");
        return { action: "sts:DecodeAuthorizationMessage", resource: "*" };
      },
      handle: ({ EncodedMessage }, { accountId }) => {
        const DecodedMessage = messages.decode(accountId, EncodedMessage);
        if (DecodedMessage === undefined) throw invalidAuthorizationMessage();
        return { DecodedMessage };
      },
    },
  });
}
