import Link from "@cloudscape-design/components/link";
import { SIGN_IN_PATH } from "./routing/hash-route.ts";

/** Says who this tab was signed in as, without having been asked. */
export const ROOT_GREETING = (
  <>
    You're signed in as the root user, with the key test/test that works on this machine only.{" "}
    <Link color="inverted" href={`#${SIGN_IN_PATH}`}>
      Sign in with another key
    </Link>
  </>
);
