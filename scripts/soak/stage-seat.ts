import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import type { Chance } from "../fuzz/chance.ts";

const PICTURES_PER_SECOND = 30;
const LEAST_SECONDS = 6;
const MORE_SECONDS = 30;
const STALL_MS = 6_000;
const LOSS = 0.05;
/** A peer leaves by itself; one that doesn't has hung. */
const PATIENCE_MS = 60_000;
const KINDS = ["leave", "leave", "vanish", "stall", "lose"] as const;

/** The ways in which a participant's stay goes. */
export type Behaviour = (typeof KINDS)[number];

/** A published stay, as its end showed it. */
export interface Stay {
  readonly participantId: string;
  readonly behaviour: Behaviour;
  /** Seconds of pictures that were sent; undefined of one that vanished. */
  readonly seconds: number | undefined;
  /** `left`, or why it ended before. */
  readonly outcome: string;
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/** The program of peers and what it plays. */
export interface Peers {
  readonly program: string;
  readonly film: string;
  readonly sound: string;
  readonly endpoint: string;
}

interface PeerReport {
  readonly outcome: string;
  readonly pictures: number;
  /** Packets that a subscriber got. */
  readonly packets: number;
}

/** One place on a stage: participants publish from it one after the other, at random. */
export class StageSeat {
  readonly stays: Stay[] = [];
  /** The packets that each subscriber got that left by itself. */
  readonly taken: number[] = [];
  readonly unheard: string[] = [];
  /** The participant who publishes here now. */
  publishing: string | undefined;
  readonly stageArn: string;
  readonly #realTime: IVSRealTime;
  readonly #peers: Peers;
  readonly #chance: Chance;

  constructor(realTime: IVSRealTime, stageArn: string, peers: Peers, chance: Chance) {
    this.stageArn = stageArn;
    this.#realTime = realTime;
    this.#peers = peers;
    this.#chance = chance;
  }

  /** Until `isOver`; `others` are the seats of the same stage. */
  async run(isOver: () => boolean, others: () => readonly StageSeat[]): Promise<void> {
    while (!isOver()) {
      await Promise.all([this.#publish(), this.#subscribe(others())]);
      await pause(this.#chance.below(3_000));
    }
  }

  async #publish(): Promise<void> {
    const { token, participantId } = await this.#join("PUBLISH");
    const behaviour = this.#chance.one(KINDS);
    this.publishing = participantId;
    const beganAt = new Date();
    const { film, sound } = this.#peers;
    const report = await this.#stay("", token, behaviour, ["-film", film, "-sound", sound]);
    this.publishing = undefined;
    const seconds = report && report.pictures / PICTURES_PER_SECOND;
    const outcome = report?.outcome ?? "vanished";
    const endedAt = new Date();
    this.stays.push({ participantId, behaviour, seconds, outcome, beganAt, endedAt });
  }

  async #subscribe(others: readonly StageSeat[]): Promise<void> {
    const seat = this.#chance.one(others);
    const other = seat.publishing;
    if (other === undefined) return;
    const { token } = await this.#join("SUBSCRIBE");
    const behaviour = this.#chance.one(KINDS);
    const report = await this.#stay(`/subscribe/${other}`, token, behaviour, []);
    if (!report) return;
    this.taken.push(report.packets);
    // The publisher may leave first, or not have begun.
    const isExpected =
      /^(?:left|failed|closed)$|^refused: 404/.test(report.outcome) || seat.publishing !== other;
    if (!isExpected) this.unheard.push(`a subscriber: ${report.outcome}`);
  }

  async #join(capability: "PUBLISH" | "SUBSCRIBE") {
    const { participantToken = {} } = await this.#realTime.createParticipantToken({
      ...{ stageArn: this.stageArn, userId: "soak", capabilities: [capability] },
    });
    const { token = "", participantId = "" } = participantToken;
    return { token, participantId };
  }

  /** Resolves to undefined if the peer was killed. */
  async #stay(
    target: string,
    token: string,
    behaviour: Behaviour,
    more: readonly string[],
  ): Promise<PeerReport | undefined> {
    const seconds = LEAST_SECONDS + this.#chance.below(MORE_SECONDS);
    const url = `${this.#peers.endpoint}/ivs-realtime/whip${target}`;
    const loss = behaviour === "lose" ? LOSS : 0;
    const args = ["-url", url, "-token", token, "-seconds", `${seconds}`, "-loss", `${loss}`];
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const child = spawn(this.#peers.program, [...args, ...more], { stdio: [...stdio] });
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const closed = once(child, "close");
    const late = setTimeout(() => child.kill("SIGKILL"), seconds * 1_000 + PATIENCE_MS);
    if (behaviour === "vanish")
      await this.#after(closed, seconds * 500, () => child.kill("SIGKILL"));
    if (behaviour === "stall") await this.#stall(child, closed, seconds);
    await closed;
    clearTimeout(late);
    if (said !== "") return JSON.parse(said);
    if (behaviour !== "vanish") this.unheard.push(`a peer that should ${behaviour} said nothing`);
    return undefined;
  }

  async #stall(child: ChildProcess, closed: Promise<unknown>, seconds: number): Promise<void> {
    await this.#after(closed, seconds * 300, () => child.kill("SIGSTOP"));
    await this.#after(closed, this.#chance.below(STALL_MS), () => child.kill("SIGCONT"));
  }

  async #after(closed: Promise<unknown>, ms: number, act: () => void): Promise<void> {
    const isOver = await Promise.race([closed.then(() => true), pause(ms).then(() => false)]);
    if (!isOver) act();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
