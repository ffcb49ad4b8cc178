import { type DragEvent, type ReactNode, useState } from "react";
import { inBackground } from "../../shared/in-background.ts";
import { droppedFiles, type PickedFile } from "./picked-files.ts";

/** A part of a page that takes files and folders which are dropped on it. */
export function DropZone(props: {
  readonly onFiles: (files: readonly PickedFile[]) => void;
  readonly onFailed: (error: unknown) => void;
  readonly children: ReactNode;
}) {
  const { onFiles, onFailed, children } = props;
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent, isOver: boolean) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(isOver);
  };
  return (
    // Dropping is one way more; buttons do the same for the keyboard.
    <section
      aria-label="Drop files here"
      className={over ? "drop-zone drop-zone-over" : "drop-zone"}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={(event) => {
        drag(event, false);
        const dropped = droppedFiles([...event.dataTransfer.items]).then(onFiles, onFailed);
        inBackground("The files can't be read", dropped);
      }}
    >
      {children}
    </section>
  );
}
