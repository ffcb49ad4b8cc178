import type { FederationDirectory } from "../../kernel/identity.ts";
import { verifyMfaCode } from "./mfa-codes.ts";
import { findOidcProviderRow, stringsOf } from "./oidc-provider-queries.ts";
import type { IamParts } from "./parts.ts";
import type { IamTables } from "./tables.ts";

/** What STS asks of identity providers and MFA devices. */
export function createFederationDirectory(parts: IamParts): FederationDirectory {
  return {
    findOidcProvider: async (accountId, url, context) => {
      if (!url.startsWith("https://")) return undefined;
      const arn = `arn:aws:iam::${accountId}:oidc-provider/${url.slice("https://".length)}`;
      const row = await findOidcProviderRow(context.db<IamTables>(), accountId, arn);
      return (
        row && {
          arn,
          url: row.url,
          clientIds: stringsOf(row.client_ids),
          thumbprints: stringsOf(row.thumbprints),
        }
      );
    },
    findSamlProvider: async () => undefined,
    verifyMfaCode: (principal, serialNumber, code, context) =>
      verifyMfaCode(parts, principal, serialNumber, code, context),
  };
}
