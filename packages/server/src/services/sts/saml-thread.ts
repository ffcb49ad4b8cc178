import { parentPort } from "node:worker_threads";
import { AwsError } from "../../kernel/aws-error.ts";
import { type SamlRequest, verifySamlResponse } from "./saml-identity.ts";
import type { VerifiedSaml } from "./saml-verifier.ts";

/*
 * The thread that verifies SAML responses, one message after the other. It is started by
 * `SamlVerifier`, and a file of its own in the bundle too.
 */
parentPort?.on("message", ({ response, request }: { response: string; request: SamlRequest }) => {
  parentPort?.postMessage(verify(response, request));
});
parentPort?.postMessage("ready");

function verify(response: string, request: SamlRequest): VerifiedSaml {
  try {
    return { identity: verifySamlResponse(response, request) };
  } catch (error) {
    // Errors lose their class on the way between threads.
    if (error instanceof AwsError) {
      const { code, message, status } = error;
      return { refusal: { code, message, status } };
    }
    throw error;
  }
}
