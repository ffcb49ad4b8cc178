import type { Credential, CredentialSource, FoundCredential } from "../kernel/ports/identity.ts";
import type { OutsideService } from "../kernel/ports/linked-services.ts";
import type { ServicePrincipal } from "../kernel/principal.ts";

/** The keys of linked services that run elsewhere; each authenticates its service principal. */
export class ServiceCredentials implements CredentialSource {
  readonly #byKey: ReadonlyMap<string, Credential>;

  constructor(services: readonly OutsideService[]) {
    this.#byKey = new Map(
      services.map(({ servicePrincipal, accessKeyId, secretAccessKey }) => [
        accessKeyId,
        {
          secretAccessKey,
          status: "Active",
          caller: { principal: outside(servicePrincipal), accessKeyId },
        },
      ]),
    );
  }

  findCredential(accessKeyId: string, sessionToken: string | undefined): FoundCredential {
    const credential = this.#byKey.get(accessKeyId);
    return credential && sessionToken !== undefined ? "invalid-token" : credential;
  }
}

/** No request of a service that runs elsewhere says for which account it is made. */
function outside(serviceName: string): ServicePrincipal {
  return { kind: "service", serviceName, onBehalfOf: "unknown" };
}
