import type * as sts from "@aws-sdk/client-sts";
import { defineOperations } from "../../kernel/operations.ts";
import { accountOfUniqueId } from "../../kernel/unique-ids.ts";
import { validationError } from "./errors.ts";
import { refuseFederatedUser } from "./refuse-federated-user.ts";

/** Long-term and temporary keys. Source: API reference, GetAccessKeyInfo. */
const ACCESS_KEY_PREFIXES = ["AKIA", "ASIA"];

export const accessKeyInfo = defineOperations<typeof sts>()({
  /** Reads the id alone, and doesn't say whether the key exists or is active. */
  GetAccessKeyInfo: {
    authorize: (_input, context) => {
      refuseFederatedUser(context, "*");
      return { action: "sts:GetAccessKeyInfo", resource: "*" };
    },
    handle: ({ AccessKeyId }) => {
      const known = ACCESS_KEY_PREFIXES.some((prefix) => AccessKeyId.startsWith(prefix));
      const Account = known ? accountOfUniqueId(AccessKeyId) : undefined;
      if (Account === undefined) throw validationError("Invalid access key");
      return { Account };
    },
  },
});
