import { COMMAND } from "../../support/rolecast-command.ts";
import { RECORDING } from "./fixtures.ts";

/** How a command is run to its end. */
export interface Row {
  /** Its arguments, and how it ends against a server that has what `fixtures.ts` put there. */
  readonly args: string;
  readonly ends?: number | string;
  /** Its input, which stays open. */
  readonly input?: string;
  /** It serves or follows: SIGINT comes once it has printed this. */
  readonly interruptAfter?: RegExp;
  /** How it ends where the connection is refused; left out, with 3 and the sentence. */
  readonly refused?: number | string;
  /** It ends or empties its server, or is one: nobody else may use that. */
  readonly server?: "its own";
}

/** A command whose run is a test of its own, and where that is. */
interface HeldElsewhere {
  readonly heldBy: string;
}

const ROLE = "arn:aws:iam::000000000000:role/app";
/** Its code where it has found something. */
const FOUND = 1;
/** No server is asked: without one it ends as with one. */
const offline = (args: string, ends = 0): Row => ({ args, ends, refused: ends });

/** Every command of the program, by its words. */
export const ROWS: Readonly<Record<string, readonly Row[] | HeldElsewhere>> = {
  start: [
    {
      args: "start --data memory --port 0 --rtmp-port 0 --rtmps-port 0 --srt-port 0",
      ...{ interruptAfter: /^Ready\.$/m, ends: 0, refused: 0, server: "its own" },
    },
  ],
  demo: { heldBy: "test/recipes/demo.recipe.ts" },
  status: [{ args: "status" }],
  env: [offline("env")],
  aws: [{ args: "aws sts get-caller-identity", refused: 255 }],
  broadcast: [
    { args: "broadcast studio --test-pattern --duration 1" },
    { args: "broadcast nowhere --test-pattern", ends: 1 },
  ],
  "record ls": [{ args: "record ls" }],
  "record get": [{ args: `record get ${RECORDING} there` }],
  "record play": [{ args: `record play ${RECORDING} --no-player`, interruptAfter: /m3u8/ }],
  "record rm": [{ args: "record rm missing --yes", ends: 1 }],
  "channel ls": [{ args: "channel ls" }],
  chat: [
    { args: "chat lobby", input: "hello\n", interruptAfter: /hello/, ends: "SIGINT" },
    { args: "chat lobby --user gone", input: "/disconnect gone\n", ends: 1 },
    { args: "chat nowhere", ends: 1 },
  ],
  "stage ls": [{ args: "stage ls" }],
  "stage join": [
    { args: "stage join rehearsal" },
    { args: "stage join rehearsal --test-pattern --duration 1" },
  ],
  "stage record": [{ args: "stage record second films" }],
  "policy check": [offline("policy check policy.json")],
  "policy simulate": [
    offline("policy simulate --policy policy.json --action s3:PutObject --resource *", FOUND),
  ],
  "policy diff": [offline("policy diff policy.json policy.json")],
  "policy generate": [
    { args: "policy generate --principal arn:aws:iam::000000000000:root" },
    { args: `policy generate --record -- node ${COMMAND} record ls` },
    { args: "policy generate --record -- there-is-no-such-program", ends: 1 },
  ],
  "policy unused": [{ args: `policy unused --principal ${ROLE}` }],
  "stack ls": [{ args: "stack ls" }],
  "stack deploy": [{ args: "stack deploy made --template template.yaml" }],
  "stack delete": [{ args: "stack delete gone --yes", ends: 4 }],
  "stack diff": [{ args: "stack diff new --template template.yaml", ends: FOUND }],
  "stack events": [{ args: "stack events there --follow" }],
  "stack drift": [{ args: "stack drift there" }],
  "guardrails test": [
    offline("guardrails test tests.yml"),
    {
      args: "guardrails test tests.yml --watch",
      ...{ interruptAfter: /as expected/, ends: "SIGINT", refused: "SIGINT" },
    },
  ],
  explain: [
    { args: "explain" },
    { args: "explain --follow", interruptAfter: /denied/, ends: "SIGINT" },
  ],
  "iam service-linked-roles": [{ args: "iam service-linked-roles" }],
  logs: [{ args: "logs --of calls", interruptAfter: /ReadCloudTrail by/, ends: "SIGINT" }],
  "snapshot save": [offline("snapshot save saved.tar.gz --data data")],
  "snapshot load": [offline("snapshot load none.tar.gz --data loaded", 1)],
  "objects migrate": [offline("objects migrate --to folder --data data", 2)],
  drain: [{ args: "drain", server: "its own" }],
  reset: [{ args: "reset", server: "its own" }],
  doctor: [offline("doctor --data data")],
  completion: [offline("completion bash")],
};
