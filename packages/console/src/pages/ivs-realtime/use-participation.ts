import { useEffect, useRef, useState } from "react";
import { inBackground } from "../../shared/in-background.ts";
import { openCamera } from "../ivs/publish-camera.ts";
import type { Invitation } from "./join-link.ts";
import { StageConnection, type StageMedia } from "./stage-connection.ts";
import type { StagePerson } from "./stage-state.ts";

/** A guest's place on a stage, from the invitation until they leave or the page is closed. */
export interface Participation {
  /** Undefined before, and after it has ended. */
  readonly connection: StageConnection | undefined;
  readonly isJoining: boolean;
  readonly isIn: boolean;
  readonly people: readonly StagePerson[];
  /** This browser's own picture and sound, once they are published. */
  readonly own: StageMedia | undefined;
  /** The reason why something doesn't work or has ended; empty while all is well. */
  readonly trouble: string;
  readonly join: (withCamera: boolean) => void;
}

export function useParticipation(invitation: Invitation): Participation {
  const [connection, setConnection] = useState<StageConnection>();
  const [isJoining, setJoining] = useState(false);
  const [isIn, setIn] = useState(false);
  const [people, setPeople] = useState<readonly StagePerson[]>([]);
  const [own, setOwn] = useState<StageMedia>();
  const [trouble, setTrouble] = useState("");
  const latest = useRef<StageConnection>(undefined);
  useEffect(() => () => latest.current?.leave(), []);

  const enter = (camera: MediaStream | undefined) => {
    const next = new StageConnection(invitation, invitation.endpoints, {
      joined: () => {
        setIn(true);
        if (camera) inBackground("Nothing is published", publish(next, camera));
      },
      people: setPeople,
      out: (reason) => {
        for (const track of camera?.getTracks() ?? []) track.stop();
        setTrouble(reason);
        setIn(false);
        setOwn(undefined);
        setPeople([]);
        setConnection(undefined);
      },
    });
    latest.current = next;
    setConnection(next);
  };
  const publish = async (stage: StageConnection, camera: MediaStream) => {
    try {
      setOwn(await stage.publish(camera));
    } catch (error) {
      for (const track of camera.getTracks()) track.stop();
      setTrouble(`The stage doesn't take your picture: ${reasonOf(error)}`);
    }
  };
  const open = async (withCamera: boolean) => {
    setTrouble("");
    if (invitation.expiresAt.getTime() < Date.now()) {
      setTrouble("This link has expired. Ask for another one.");
      return;
    }
    setJoining(true);
    try {
      enter(withCamera ? await openCamera() : undefined);
    } catch (error) {
      setTrouble(`Camera and microphone can't be used: ${reasonOf(error)}`);
    } finally {
      setJoining(false);
    }
  };
  const join = (withCamera: boolean) => inBackground("You can't join", open(withCamera));
  return { connection, isJoining, isIn, people, own, trouble, join };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
