import { answerInThread } from "../../kernel/work/thread-program.ts";
import { type SamlRequest, verifySamlResponse } from "./saml-identity.ts";

/* The thread that verifies SAML responses: `SamlVerifier` asks it. A file of its own when built. */

answerInThread(({ response, request }: { response: string; request: SamlRequest }) =>
  verifySamlResponse(response, request),
);
