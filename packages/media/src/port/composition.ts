import type { CastMember, CompositionLayout } from "./composition-layout.ts";
import type { UnitRecording } from "./recording.ts";

/*
 * Compositions: publications of one group in one picture and one sound, which are encoded and go to
 * outputs. Publications come and go, and the output goes on without a gap.
 */

/** How a composition is encoded. */
export interface CompositionPicture {
  /** Even numbers. */
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** Bits per second. */
  readonly bitrate: number;
}

/**
 * An output publishes the composition as an encoder does, and the host is asked whether it may. Or
 * it records it, by the host's calls and events for recordings: if those fail, so does the output.
 */
export type CompositionOutput = {
  /** Names the output in events. */
  readonly output: string;
} & (
  | {
      readonly kind: "stream";
      /** The name under which it publishes, such as a stream key. A secret. */
      readonly name: string;
    }
  | { readonly kind: "recording"; readonly recording: UnitRecording }
);

export interface CompositionPlan {
  /** Unique among those of the engine. */
  readonly composition: string;
  readonly picture: CompositionPicture;
  readonly layout: CompositionLayout;
  readonly outputs: readonly CompositionOutput[];
  readonly scene: CompositionScene;
}

/** The participants that are to be seen and heard. */
export interface CompositionScene {
  /** The group whose publications they are. */
  readonly group: string;
  readonly cast: readonly CastMember[];
}

/**
 * Events of one output: started, then any of reconnecting and started; ended or failed at last. A
 * publication that can't be shown is left out.
 */
export type CompositionEvent = {
  readonly composition: string;
  readonly atMs: number;
} & (
  | { readonly type: "output-started" | "output-ended"; readonly output: string }
  | {
      readonly type: "output-reconnecting" | "output-failed";
      readonly output: string;
      /** A sentence for the operator. */
      readonly message: string;
    }
  | {
      readonly type: "publication-failed";
      readonly publication: string;
      /** A sentence for the operator. */
      readonly message: string;
    }
  /** Every output has ended or failed: the composition is no more. */
  | { readonly type: "composition-over" }
);

export type CompositionRoom = "yes" | "no-ffmpeg" | "no-processors";

/**
 * The compositions of an engine. Rejections are `MediaError`s: `limit` where the machine has no
 * processors left for it, else `engine`.
 */
export interface MediaCompositions {
  /** Whether a composition with this picture would be begun now. */
  hasRoomFor(picture: CompositionPicture): Promise<CompositionRoom>;
  /** Begins at once, with an empty picture until somebody is to be seen. */
  startComposition(plan: CompositionPlan): Promise<void>;
  /** Resolves false where there is no such composition. */
  changeScene(composition: string, scene: CompositionScene): Promise<boolean>;
  /** Its outputs end. False where there is none. */
  stopComposition(composition: string): Promise<boolean>;
}
