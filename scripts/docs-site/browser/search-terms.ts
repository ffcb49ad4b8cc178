/** Words that say nothing about a page. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about after all also am an and any are aren as at be because been before but by can
  cannot could couldn d did didn do does doesn doing don for from get gets got had has hasn
  have haven having how i if in into is isn it its just let like ll m make me more most my
  need no of on once only or other our out own please re s shall should shouldn show so some
  such t than that the their them then there these they this those to too tried trying use
  used uses using ve very want wants was wasn we were what when where which while who why will
  with without won work works would wouldn you your`.split(/\s+/),
);

/** Words of each line stand for each other, as people and these pages use them. */
const SYNONYMS: readonly (readonly string[])[] = [
  ["delete", "remove", "erase", "drop", "clean"],
  ["error", "fail", "failure", "problem", "trouble", "broken", "wrong", "troubleshooting"],
  ["denied", "denial", "refused", "forbidden", "unauthorized", "accessdenied", "403"],
  ["access", "permission", "request"],
  ["tls", "ssl", "https", "certificate"],
  ["setting", "configuration", "config", "option", "preference"],
  ["variable", "env", "environment"],
  ["docker", "container", "image", "podman", "compose"],
  ["credential", "password", "key", "secret", "login"],
  ["postgresql", "postgres", "database", "sqlite", "sql"],
  ["stream", "broadcast", "live", "publish", "ingest"],
  ["recording", "vod", "archive"],
  ["account", "tenant", "organization"],
  ["several", "multiple", "cross"],
  ["command", "cli", "terminal", "shell"],
  ["install", "setup", "start", "quickstart"],
  ["ci", "github", "gitlab", "pipeline", "workflow"],
  ["migrate", "migration", "move", "switch", "localstack", "moto", "minio"],
  ["permission", "policy", "authorization", "iam"],
  ["backup", "snapshot", "restore"],
  ["price", "cost", "limit", "quota"],
  ["monitoring", "metric", "prometheus", "grafana"],
  ["webhook", "event", "eventbridge", "notification"],
  ["viewer", "player", "playback", "watch", "hls"],
  ["token", "jwt", "private"],
  ["presigned", "presign", "signed"],
  ["url", "link", "address"],
  ["proxy", "nginx", "caddy", "balancer"],
  ["node", "cluster", "replica", "scale"],
];

/** Endings with what takes their place, the longest first; at least four letters stay. */
const ENDINGS: readonly (readonly [ending: string, replacement: string])[] = [
  ["ations", ""],
  ["ation", ""],
  ["ators", ""],
  ["ator", ""],
  ["ions", ""],
  ["ings", ""],
  ["ated", ""],
  ["ies", "y"],
  ["ied", "y"],
  ["ion", ""],
  ["ing", ""],
  ["ers", ""],
  ["ate", ""],
  ["er", ""],
  ["ed", ""],
  ["es", ""],
  ["s", ""],
  ["e", ""],
];
const STEM_MIN = 4;

/** Enough for an error's sentence; the rest of a longer question is left out. */
const WORDS_MAX = 40;

/** The form in which a word is kept and asked for; false if it says nothing. */
export function termOf(word: string): string | false {
  const lower = word.toLowerCase();
  return STOP_WORDS.has(lower) ? false : stemOf(lower);
}

function stemOf(word: string): string {
  // Names with digits, such as `s3` or `x264`, have no endings.
  if (!/^\p{L}+$/u.test(word)) return word;
  for (const [ending, replacement] of ENDINGS) {
    if (!word.endsWith(ending) || word.endsWith("ss")) continue;
    const stem = word.slice(0, -ending.length) + replacement;
    if (stem.length >= STEM_MIN) return stem.replace(/([^aeiouls])\1$/, "$1");
  }
  return /^[a-z]{3,}[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

const STEMMED_SYNONYMS = SYNONYMS.map((words) => words.map(stemOf));

/** A word of a question: the term itself, and the others that may stand for it. */
export interface AskedTerm {
  readonly term: string;
  readonly synonyms: readonly string[];
}

/** The terms of a question; none if it consists of stop words. */
export function askedTerms(question: string): readonly AskedTerm[] {
  const words = question
    .toLowerCase()
    .split(/[\s\p{P}]+/u)
    .filter((word) => word !== "")
    .slice(0, WORDS_MAX);
  const terms = new Set(words.map(termOf).filter((term) => term !== false));
  return [...terms].map((term) => ({
    term,
    synonyms: STEMMED_SYNONYMS.filter((group) => group.includes(term))
      .flat()
      .filter((other) => other !== term),
  }));
}
