import Alert from "@cloudscape-design/components/alert";
import { isLoopbackHost } from "../session/signed-in.ts";

/** Says beside an address to pass on that it works on the server's machine alone. */
export function OwnMachineNote() {
  if (!isLoopbackHost(window.location.hostname)) return null;
  return (
    <Alert type="info">
      This address works on this machine only. For a telephone start the server with --host 0.0.0.0
      and open the console by the machine's own address.
    </Alert>
  );
}
