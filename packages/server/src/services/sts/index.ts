import { defineService } from "../../kernel/define-service.ts";
import type { OutgoingClient } from "../../kernel/outgoing/outgoing-client.ts";
import type {
  CredentialSource,
  FederationDirectory,
  IdentityDirectory,
} from "../../kernel/ports/identity.ts";
import type { ForwardAccessSessions } from "../../kernel/ports/linked-services.ts";
import type { Denial, PlainRequest, ServiceDependencies } from "../../kernel/service.ts";
import { stsAudit } from "./audit.ts";
import { AuthorizationMessages } from "./authorization-messages.ts";
import { accessDenied, notAuthorized } from "./errors.ts";
import { ForwardedSessionCredentials } from "./forward-access-sessions.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { outboundIssuerDocument, ownIssuerDocument } from "./outbound-issuer-documents.ts";
import type { RootAccessDependencies } from "./root-access.ts";
import { SamlVerifier } from "./saml-verifier.ts";
import { SessionCredentials } from "./session-credentials.ts";

interface StsNeeds extends ServiceDependencies, RootAccessDependencies {
  readonly directory: IdentityDirectory;
  readonly federation: FederationDirectory;
  /** At least 32 random bytes that outlive the process; they seal the tokens. */
  readonly sealingKey: Uint8Array;
  /** Finds long-term keys, for linked services that pass them on. */
  readonly longTermCredentials: CredentialSource;
  /** Fetches identity providers' documents. */
  readonly outgoing: OutgoingClient;
}

/** AWS STS. It keeps no state but a cache: all of a session is in its token. */
export const sts = defineService({
  title: "STS",
  definition: {
    name: "sts",
    signingName: "sts",
    protocol: "awsQuery",
    version: "2011-06-15",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    wholeNumbers: true,
  },
  audit: stsAudit,
  create: createSts,
});

function createSts(deps: StsNeeds) {
  const credentials = new SessionCredentials(deps);
  const messages = new AuthorizationMessages(deps.sealingKey, deps.ids);
  const forwardAccessSessions = new ForwardedSessionCredentials(deps, {
    findCredential: async (id, token) =>
      (await deps.longTermCredentials.findCredential(id, token)) ??
      credentials.findCredential(id, token),
  });
  const keys = new IssuerKeys(deps.clock, deps.outgoing, (url) => ownIssuerDocument(url, deps));
  const saml = new SamlVerifier(deps.log);
  return {
    api: async () =>
      (await import("./api.ts")).stsApi({ ...deps, credentials, messages, keys, saml }),
    accessDenied: ({ authorization: { action, resource, caller }, callerArn }: Denial) =>
      caller?.principal.kind === "federated-provider"
        ? notAuthorized(action)
        : accessDenied(callerArn, action, resource),
    plainRequest: (request: PlainRequest) => outboundIssuerDocument(request, deps),
    close: () => saml.close(),
    reset: async () => {
      credentials.forgetAll();
      keys.clear();
    },
    provides: {
      /** Finds the callers of temporary credentials. */
      sessions: credentials satisfies CredentialSource,
      messages,
      forwardAccessSessions: forwardAccessSessions satisfies ForwardAccessSessions,
    },
    contributes: { credentialSources: [forwardAccessSessions, credentials] },
  };
}
