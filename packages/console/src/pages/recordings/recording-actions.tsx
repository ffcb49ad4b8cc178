import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { useNotices } from "../../shared/notices.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { saveFilm } from "../../wire/film-link.ts";
import type { RecordingDocument } from "./recording-documents.ts";
import type { RecordingEntry } from "./recording-index.ts";
import { RECORDING_REMOVAL, recordingName } from "./recording-removal.tsx";
import { ShareFilm } from "./share-film.tsx";

/** The actions on one recording: to save it, point to it, lend it out, and delete it. */
export function RecordingActions(props: {
  readonly entry: RecordingEntry;
  readonly document: RecordingDocument | undefined;
  readonly onRemoved: () => void;
}) {
  const { entry, document, onRemoved } = props;
  const { bucket, prefix } = entry;
  const aws = useAws();
  const { done } = useNotices();
  const [asking, setAsking] = useState<"share" | "delete">();
  const playlist = document?.playlist;
  const place = playlist && { bucket, playlistKey: `${prefix}${playlist}` };
  const watchable = place && document?.status === "RECORDING_ENDED";
  const download = useAction("The recording can't be downloaded", async () => {
    if (place) await saveFilm(aws, place, `${recordingName(entry)}.mp4`);
    return undefined;
  });
  const copy = useAction("The address wasn't copied", async () => {
    const address = `s3://${bucket}/${prefix}`;
    await navigator.clipboard.writeText(address);
    done(`${address} is copied.`);
    return undefined;
  });
  const act = (id: string) => {
    if (id === "download") download.run();
    else if (id === "copy") copy.run();
    else setAsking(id === "share" ? "share" : "delete");
  };
  const close = () => setAsking(undefined);
  return (
    <>
      <ButtonDropdown
        ariaLabel={`Actions on recording ${entry.id}`}
        loading={download.running}
        items={[
          { id: "download", text: "Download as MP4", disabled: !watchable },
          { id: "copy", text: "Copy s3:// address" },
          { id: "share", text: "Share link", disabled: !watchable },
          { id: "delete", text: "Delete" },
        ]}
        onItemClick={({ detail }) => act(detail.id)}
      >
        Actions
      </ButtonDropdown>
      {asking === "share" && place && <ShareFilm place={place} onClose={close} />}
      {asking === "delete" && (
        <RemoveItems
          removal={RECORDING_REMOVAL}
          items={[entry]}
          plural="recordings"
          onRemoved={onRemoved}
          onClose={close}
        />
      )}
    </>
  );
}
