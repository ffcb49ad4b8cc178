import Button from "@cloudscape-design/components/button";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { type Prepare, useTestPicture } from "./use-test-picture.ts";

/** Loaded with the click. */
const prepare: Prepare = async (aws, report) =>
  (await import("./stage.ts")).readyStage(aws, report);

/** One click from nothing to a stream that is watched and recorded: it leads to its channel. */
export function TestPictureButton({ primary = false }: { readonly primary?: boolean }) {
  const picture = useTestPicture(prepare, (arn) => goTo(placeOf("/ivs/channels/:arn", { arn })));
  return (
    <Button
      variant={primary ? "primary" : "normal"}
      loading={picture.running}
      loadingText={picture.step ?? "Starting the test picture"}
      onClick={() => picture.run()}
    >
      {picture.step ?? "Stream a test picture"}
    </Button>
  );
}
